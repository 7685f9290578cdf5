"""Killed at every statement, out of space at every size, on disks that take nothing: whatever the
journal has said was written is there afterwards, and the rest can be done again."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.journal_rows import KEY, enroll, key_of, opened, outcome, prepared, secret

from cognito_srp import JournalError
from cognito_srp.enroll.journal import Journal, State

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and kills")

_ROWS = range(9)
_RANK: dict[State, int] = {"prepared": 1, "sent": 2, "confirmed": 3}


def _in_a_child(work: Callable[[], None]) -> int:
    """Run `work` in a fork of this process; its wait status."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(70)
    return os.waitpid(child, 0)[1]


def _take_up(path: Path, told: str) -> None:
    """Hold the journal against what it had said was durable, then finish the job."""
    known = {int(line.split()[1]): line.split()[0] for line in told.splitlines()}
    with opened(path) as journal:
        rows = {row.position: row for row in journal.rows()}
        for first, state in known.items():
            for number in range(first, first + 3):
                assert _RANK[rows[number].state] >= _RANK[state]  # type: ignore[index]
        for position, row in rows.items():
            assert position is not None
            assert journal.verifier(row) == secret(position)
            assert len(rows) % 3 == 0  # groups are there as a whole or not at all
        missing = [number for number in _ROWS if number not in rows]
        journal.prepare([prepared(number) for number in missing])
        left = list(journal.unfinished())
        journal.mark_sent([row.device_key for row in left])
        journal.finish([outcome(row.position or 0) for row in left])
        assert journal.counts() == {"confirmed": len(_ROWS)}


def _until_statement(path: Path, told: Path, last: int) -> None:
    """Use a journal, and die when SQLite is about to run its statement number `last`."""
    left = last

    def count(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    real = sqlite3.connect

    def connect(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **kwargs)  # type: ignore[call-overload]
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = connect  # type: ignore[assignment]
    with told.open("w") as file, opened(path) as journal:
        enroll(journal, _ROWS, lambda step: print(step, file=file, flush=True))
    os._exit(0)


def test_killed_at_every_statement(tmp_path: Path) -> None:
    for last in range(1, 1000):
        path, told = tmp_path / f"{last}.journal", tmp_path / f"{last}.told"
        told.touch()
        status = _in_a_child(lambda p=path, t=told, n=last: _until_statement(p, t, n))  # type: ignore[misc]
        assert status in (0, signal.SIGKILL)
        assert Journal.header(path) in (None, (KEY.key_id, None, None), (KEY.key_id, None, "input"))
        _take_up(path, told.read_text())
        if status == 0:
            break
    assert 40 < last < 1000


def test_killed_as_it_is_made(tmp_path: Path, long_run: bool) -> None:
    """In the midst of the statements, too: SQLite may leave a rollback journal behind."""
    for number in range(2000 if long_run else 100):
        path = tmp_path / f"{number}.journal"
        child = os.fork()
        if child == 0:
            opened(path)
            time.sleep(10)
        until = time.perf_counter() + random.uniform(0, 0.006)
        while time.perf_counter() < until:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert Journal.header(path) in (None, (KEY.key_id, None, None), (KEY.key_id, None, "input"))
        opened(path).close()


def _with_files_of(path: Path, told: Path, size: int) -> None:
    """Use a journal where no file may grow beyond `size`; 0 when the error was the right one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    lines: list[str] = []
    try:
        with opened(path) as journal:
            enroll(journal, _ROWS, lines.append)
        code = 0
    except JournalError as error:
        code = 0 if "what it has taken is safe" in str(error) or not lines else 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    told.write_text("\n".join(lines))
    os._exit(code)


def test_no_space_at_any_size(tmp_path: Path) -> None:
    for size in range(0, 120_000, 4001):
        path, told = tmp_path / f"{size}.journal", tmp_path / f"{size}.told"
        assert _in_a_child(lambda p=path, t=told, n=size: _with_files_of(p, t, n)) == 0  # type: ignore[misc]
        _take_up(path, told.read_text())


def test_a_full_disk_that_gets_space_again(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small disk here")
    try:
        with opened(disk / "run.journal") as journal:
            filler, taken = disk / "filler", list[int]()
            filler.write_bytes(b"\0" * 100_000)
            with pytest.raises(JournalError, match=r"disk is full; free some space and resume"):
                _fill(journal, taken)
            assert journal.counts() == {"prepared": len(taken)}
            filler.unlink()
            journal.prepare([prepared(len(taken))])
            journal.mark_sent([key_of(0)])
            assert journal.counts() == {"prepared": len(taken), "sent": 1}
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_fork_does_not_own_what_its_parent_did(tmp_path: Path) -> None:
    """The owner is killed while a child that it has forked lives on."""
    path = tmp_path / "run.journal"
    read, write = os.pipe()

    def own() -> None:
        owner, journal = os.getpid(), opened(path)
        if os.fork() == 0:
            os.write(write, f"{os.getpid()}\n".encode())
            os.kill(owner, signal.SIGKILL)
            time.sleep(20)
            os._exit(0)
        time.sleep(20)
        journal.close()

    assert _in_a_child(own) == signal.SIGKILL
    os.close(write)
    with os.fdopen(read) as pipe:
        child = int(pipe.readline())
    try:
        opened(path).close()
    finally:
        os.kill(child, signal.SIGKILL)


def _fill(journal: Journal, taken: list[int]) -> None:
    for number in range(10_000):
        journal.prepare([prepared(number)])
        taken.append(number)


def _as_nobody(path: Path, words: str) -> None:
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        opened(path)
    except JournalError as error:
        os._exit(0 if words in str(error) else 1)
    os._exit(2)


@pytest.fixture
def shared_folder() -> Path:
    """A folder that another user can get at: pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    return folder


def test_a_directory_that_takes_nothing(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)
    path = shared_folder / "run.journal"
    words = "Permission denied; make it and its directory writable"
    assert _in_a_child(lambda: _as_nobody(path, words)) == 0


def test_a_journal_that_may_only_be_read(shared_folder: Path) -> None:
    path = shared_folder / "run.journal"
    with opened(path) as journal:
        enroll(journal, range(3))
    for file in shared_folder.iterdir():
        file.chmod(0o444)
        if os.geteuid() == 0:
            os.chown(file, 65534, -1)
    assert _in_a_child(lambda: _as_nobody(path, "Permission denied; make it")) == 0
    shared_folder.joinpath("run.journal.lock").chmod(0o600)
    assert _in_a_child(lambda: _as_nobody(path, "make it and its directory writable")) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="takes two users")
@pytest.mark.parametrize("ending", ["", "-wal", "-shm", ".lock"])
def test_what_another_user_has_put_there_is_refused(shared_folder: Path, ending: str) -> None:
    shared_folder.chmod(0o777)
    path = shared_folder / "run.journal"
    other = path.with_name(path.name + ending)
    other.touch(mode=0o666)
    words = f"{other}: belongs to another user (id 0); run as that user"
    assert _in_a_child(lambda: _as_nobody(path, words)) == 0


def _use_until_killed(path: Path, told: Path) -> None:
    with told.open("a") as file, opened(path) as journal:
        for first in range(0, 100_000, 3):
            enroll(
                journal,
                range(first, first + 3),
                lambda step: print(step, file=file, flush=True),
            )


def test_killed_at_random_moments(tmp_path: Path, long_run: bool) -> None:
    """The kill comes from outside, whenever it does."""
    for round_number in range(200 if long_run else 20):
        path, told = tmp_path / f"{round_number}.journal", tmp_path / f"{round_number}.told"
        told.touch()
        child = os.fork()
        if child == 0:
            _use_until_killed(path, told)
            os._exit(70)
        time.sleep(random.uniform(0.0, 0.1))
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        with opened(path) as journal:
            count = sum(journal.counts().values())
            steps = [line.split() for line in told.read_text().splitlines()]
            states = {row.position: row.state for row in journal.rows()}
            for state, first in steps:
                assert _RANK[states[int(first)]] >= _RANK[state]  # type: ignore[index]
            assert count % 3 == 0
