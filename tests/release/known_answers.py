"""Asks every engine that is installed for its known answers, on every kernel of this CPU.

    python known_answers.py [ENGINE...]

Fails where one of the engines named does not run, with the reason. Needs the package alone.
"""

from __future__ import annotations

import sys

import srp_native
from srp_native.engines._known_answers import check_constant_time, check_engine
from srp_native.engines._registry import load_engine


def main(required: list[str]) -> None:
    """Print one line for each engine and kernel."""
    print("srp_native", srp_native.__version__, "from", srp_native.__file__)
    for info in srp_native.available_engines():
        if info.reason:
            print(f"engine {info.name}: {info.reason}")
            if info.name in required:
                sys.exit(1)
        for kernel in info.kernels or ("",):
            if not info.reason:
                engine = load_engine(info.name, kernel)
                check_engine(engine)
                if engine.offers_constant_time:
                    check_constant_time(engine)
                print(f"engine {info.name} {kernel}: known answers given")


if __name__ == "__main__":
    main(sys.argv[1:])
