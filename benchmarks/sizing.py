"""What a run of ``cognito-srp enroll`` needs: memory, CPU time, disk, for a number of devices.

    PYTHONPATH=tests python -m benchmarks.sizing 20000

The service is a lean one on loopback that answers at once; docs/operations/sizing.md has figures.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from support.batch_rows import GROUP_KEY, device_key
from support.lean_cognito import LeanCognito

_RUN: Final = """
import json, resource, sys
from cognito_srp.cli import main

code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([code, used.ru_maxrss, used.ru_utime + used.ru_stime]), file=sys.stderr)
"""


def _token(number: int) -> str:
    """As long as an access token of Cognito: about a kilobyte."""
    claims = {"sub": f"{number:036d}", "exp": int(time.time()) + 86_400, "padding": "x" * 320}
    parts = [json.dumps({"alg": "RS256", "kid": "x" * 43}), json.dumps(claims)]
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "s" * 342])


def _write_input(path: Path, rows: int) -> None:
    path.touch(0o600)
    with path.open("w") as file:
        for number in range(rows):
            row = {"device_key": device_key(number), "device_group_key": GROUP_KEY}
            print(json.dumps({**row, "access_token": _token(number)}), file=file)


def measured(rows: int, rate: float) -> dict[str, Any]:
    """The figures of one run, in a process of its own."""
    with tempfile.TemporaryDirectory() as name, LeanCognito() as server:
        folder = Path(name)
        _write_input(folder / "devices.jsonl", rows)
        where = {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.endpoint_url}
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", _RUN, "enroll", "devices.jsonl", "--key-file", "run.key",
             "--save", "enrolled.jsonl", "--rate", str(rate), "--quiet"],
            cwd=folder, env=os.environ | where, capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds = time.monotonic() - begun
        code, kilobytes, cpu = json.loads(done.stderr.splitlines()[-1])
        assert code == 0, done.stderr
        size = {path.name: path.stat().st_size for path in folder.iterdir()}
    journal = sum(size.get(f"devices.jsonl.journal{end}", 0) for end in ("", "-wal", "-shm"))
    return {
        "devices": rows,
        "seconds": round(seconds, 1),
        "memory, MB": round(kilobytes / 1024),
        "CPU, µs a device": round(cpu / rows * 1e6),
        "input, bytes a device": round(size["devices.jsonl"] / rows),
        "journal, bytes a device": round(journal / rows),
        "output, bytes a device": round(size["enrolled.jsonl"] / rows),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("devices", type=int)
    parser.add_argument("--rate", type=float, default=1000.0)
    asked = parser.parse_args()
    print(json.dumps(measured(asked.devices, asked.rate), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
