"""`cognito-srp enroll`, killed at random moments and resumed: 0 devices lost, 0 with a second
secret, 0 double entries; the journal and the pool agree row by row, and the devices sign in."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from support.fleet import Fleet, Kept

from cognito_srp import DeviceVerifier, RememberedDevice, SealingKey
from cognito_srp.cli import main
from cognito_srp.enroll.journal import Journal
from cognito_srp.srp.encoding import decode_base64, unpad

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills")

#: Calls per second.
_RATE = 400


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Fleet() as fleet:
        yield fleet


def _start(fleet: Fleet, folder: Path, *more: str) -> int:
    """Run the command in a fork of this process, which has imported all that it needs: a process
    like any other, but half a second sooner. Returns its id; ``out`` and ``err`` take its words."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            for number, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = (
                open(number, "w", closefd=False)  # noqa: SIM115
                for number in (1, 2)
            )
            code = main(
                [
                    *("enroll", str(folder / "devices.jsonl"), "--key-file", str(folder / "key")),
                    *("--save", str(folder / "enrolled.jsonl"), "--rate", str(_RATE)),
                    *("--per-user-rate", "1000", *fleet.options, *more),
                ]
            )
            sys.stdout.flush()
        finally:
            os._exit(code)
    return child


def _kill(child: int, after: float) -> bool:
    """Kill a run; whether it was still running."""
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def _journal(folder: Path) -> Path:
    return folder / "devices.jsonl.journal"


def _secrets(folder: Path) -> dict[str, DeviceVerifier]:
    if not Journal.header(_journal(folder)):
        return {}
    with Journal.open(_journal(folder), key=SealingKey.from_file(folder / "key")) as journal:
        rows = list(journal.rows())
        assert len({row.device_key for row in rows}) == len(rows)
        return {row.device_key: journal.verifier(row) for row in rows}


def _agree(verifier: DeviceVerifier, kept: Kept) -> bool:
    numbers = [unpad(decode_base64(text)) for text in (verifier.password_verifier, verifier.salt)]
    return numbers == [kept.verifier, kept.salt] and verifier.recompute() is not None


def test_killed_and_resumed(fleet: Fleet, tmp_path: Path, long_run: bool) -> None:
    runs, devices, sample = (200, 500, 500) if long_run else (20, 60, 3)
    _kill_and_resume(fleet, tmp_path, runs, devices, sample, kills=(1, 1, 2) if long_run else (1,))


def test_killed_while_answers_get_lost(tmp_path: Path, long_run: bool) -> None:
    """A fifth of the devices is confirmed without the run knowing, besides what a kill leaves."""
    with Fleet(lost=0.2) as fleet:
        _kill_and_resume(fleet, tmp_path, *((20, 200, 20) if long_run else (5, 40, 5)), kills=(1,))


def _kill_and_resume(
    fleet: Fleet, path: Path, runs: int, devices: int, sample: int, *, kills: Sequence[int]
) -> None:
    killed, longest = 0, _time_of_a_run(fleet, path / "first", devices)
    enrolled: list[tuple[Path, list[dict[str, str]]]] = []
    for number in range(runs):
        folder = path / str(number)
        folder.mkdir()
        given = fleet.write_devices(devices, folder / "devices.jsonl")
        first: dict[str, DeviceVerifier] = {}
        more: list[str] = []
        # Every second one in its first half, where a run goes on for certain.
        latest = longest if number % 2 else longest / 2
        for _ in range(random.choice(kills)):
            killed += _kill(_start(fleet, folder, *more), random.uniform(0, latest))
            known = _secrets(folder)
            assert {key: known[key] for key in first} == first
            first = known
            more = ["--resume"] if Journal.header(_journal(folder)) else []
        status = os.waitpid(_start(fleet, folder, *more), 0)[1]
        assert os.waitstatus_to_exitcode(status) == 0, (folder / "err").read_text()
        assert json.loads((folder / "out").read_text())["Confirmed"] == devices
        last = _secrets(folder)
        assert {key: last[key] for key in first} == first
        assert last.keys() == {device["device_key"] for device in given}
        enrolled.append((folder, given))
    assert killed > runs // 4
    _hold_against_the_pool(fleet, enrolled, path / "kept", sample)


def _time_of_a_run(fleet: Fleet, folder: Path, devices: int) -> float:
    """How long a run takes that nobody kills, so that the others are killed while they go on."""
    folder.mkdir()
    fleet.write_devices(devices, folder / "devices.jsonl")
    begin = time.monotonic()
    assert os.waitpid(_start(fleet, folder), 0)[1] == 0
    return time.monotonic() - begin


def _hold_against_the_pool(
    fleet: Fleet, enrolled: list[tuple[Path, list[dict[str, str]]]], path: Path, sample: int
) -> None:
    kept = fleet.kept(path)
    assert len(kept) >= sum(len(given) for _, given in enrolled)
    for folder, given in enrolled:
        for key, verifier in _secrets(folder).items():
            assert _agree(verifier, kept[key]), key
        lines = (folder / "enrolled.jsonl").read_text().splitlines()
        output = {record["device_key"]: record for record in map(json.loads, lines)}
        assert len(lines) == len(output) == len(given)
        assert {record["outcome"] for record in output.values()} == {"confirmed"}
        for device in random.sample(given, min(sample, len(given))):
            record = output[device["device_key"]]
            names = ("device_key", "device_group_key", "device_password")
            remembered = RememberedDevice(**{name: record[name] for name in names})
            assert fleet.signs_in(kept[device["device_key"]].username, remembered)
