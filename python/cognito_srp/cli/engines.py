"""``cognito-srp engines``: what computes here, and why the rest does not."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

import srp_native

from .options import add_output_options
from .output import write, write_table

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = "Show every engine, which one runs, and why the missing ones are missing."
    parser.epilog = "SRP_NATIVE_ENGINE forces an engine, SRP_NATIVE_KERNEL a kernel of engine c."
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    found = srp_native.available_engines()
    failure: srp_native.EngineUnavailableError | None = None
    try:
        running: srp_native.EngineInfo | None = srp_native.engine()
    except srp_native.EngineUnavailableError as error:
        running, failure = None, error
    if arguments.output == "table" and arguments.query is None:
        columns = ("engine", "kernel", "runs", "constant time", "releases GIL", "wipes", "missing")
        write_table(columns, (_row(info, running) for info in found))
    else:
        chosen = {"Name": running.name, "Kernel": running.kernel} if running else None
        write(arguments, {"Running": chosen, "Engines": [_describe(info) for info in found]})
    if failure is not None:
        raise failure  # after the report, which shows what to choose instead
    _warn_without_constant_time()
    return 0


def _warn_without_constant_time() -> None:
    """One line, where nothing here may touch a user's password."""
    try:
        srp_native.powmod(3, 1, constant_time=True)
    except srp_native.ConstantTimeUnavailableError:
        print(
            "no engine computes in constant time here: signing in with a password raises "
            "ConstantTimeUnavailableError until engine c or gmpy2 runs",
            file=sys.stderr,
        )


def _describe(info: srp_native.EngineInfo) -> dict[str, Any]:
    return {
        "Name": info.name,
        "Kernel": info.kernel,
        "Kernels": list(info.kernels),
        "DisabledKernels": [{"Kernel": k, "Reason": why} for k, why in info.disabled_kernels],
        "Available": info.available,
        "ConstantTime": info.constant_time,
        "ReleasesGil": info.releases_gil,
        "WipesSecrets": info.wipes_secrets,
        "Reason": info.reason or None,
    }


def _row(info: srp_native.EngineInfo, running: srp_native.EngineInfo | None) -> tuple[str, ...]:
    def yes(value: bool) -> str:
        return "yes" if value else "-"

    return (
        info.name,
        info.kernel or "-",
        "now" if running is not None and info.name == running.name else yes(info.available),
        yes(info.constant_time),
        yes(info.releases_gil),
        yes(info.wipes_secrets),
        info.reason or "; ".join(f"kernel {k}: {why}" for k, why in info.disabled_kernels) or "-",
    )
