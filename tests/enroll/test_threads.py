"""What cannot start does not hang: threads that the system refuses, and forked children."""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import threading
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from support.enrollment_requests import request
from support.journal_rows import opened
from support.lean_cognito import LeanCognito

from cognito_srp import EnrollerClosedError, JournalError
from cognito_srp.enroll import Enroller

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and limits")

#: How many threads an Enroller with a journal needs at least.
_NEEDED = 4


class Refusing:
    """Thread starts of an enroller, every `every`-th of which fails after the first `first`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, first: int, every: int) -> None:
        self.started: list[threading.Thread] = []
        self.refused = count = 0
        start = threading.Thread.start

        def sometimes(thread: threading.Thread) -> None:
            nonlocal count
            if thread.name.startswith("enroller"):
                count += 1
                if count > first and (count - first) % every == 0:
                    self.refused += 1
                    raise RuntimeError("can't start new thread")
                self.started.append(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", sometimes)


@pytest.mark.parametrize("every", [1, 2, 3, 5])
def test_an_enroller_goes_on_with_the_threads_there_are(
    lean_cognito: LeanCognito, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    refusing = Refusing(monkeypatch, first=_NEEDED, every=every)
    with (
        opened(tmp_path / "run.journal") as journal,
        Enroller(lean_cognito.client(), rate=math.inf, journal=journal) as enroller,
    ):
        futures = [enroller.submit(request(number)) for number in range(60)]
        assert not wait(futures, timeout=60).not_done
    assert all(future.exception() is None for future in futures)
    assert len(lean_cognito.confirmed()) == 60
    assert refusing.refused


@pytest.mark.parametrize("first", range(_NEEDED))
def test_an_enroller_whose_first_threads_cannot_start_takes_nothing(
    lean_cognito: LeanCognito, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    refusing = Refusing(monkeypatch, first=first, every=1)
    words = "no thread can be started for enroller.*raise the limits"
    with opened(tmp_path / "run.journal") as journal, pytest.raises(RuntimeError, match=words):
        Enroller(lean_cognito.client(), journal=journal)
    assert len(refusing.started) == first
    assert not any(thread.is_alive() for thread in refusing.started)


def test_whatever_a_source_of_tokens_raises_ends_its_own_request_alone(
    lean_cognito: LeanCognito,
) -> None:
    def leaves() -> Any:
        raise SystemExit(1)

    with Enroller(lean_cognito.client(), rate=math.inf) as enroller:
        bad = [enroller.submit(request(n, access_token=None, access=leaves)) for n in range(20)]
        assert not wait(bad, timeout=30).not_done
        assert {type(future.exception()) for future in bad} == {SystemExit}
        assert enroller.enroll(request(99)).device is not None


@pytest.mark.parametrize("megabytes", [300, 400, 600])
def test_a_run_in_little_memory_ends(
    lean_cognito: LeanCognito, tmp_path: Path, megabytes: int
) -> None:
    """Stacks of threads are address space: some cannot be started, and perhaps none."""
    rows = [
        {"device_key": f"eu-west-1_{n:08x}", "device_group_key": "-g", "access_token": "token"}
        for n in range(40)
    ]
    (tmp_path / "devices.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", "devices.jsonl"]
    command += ["--key-file", "run.key", "--region", "eu-west-1", "--rate", "500"]
    command += ["--endpoint-url", lean_cognito.endpoint_url, "--workers", "128"]
    limit = megabytes << 20
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        check=False,
    )
    assert done.returncode >= 0
    if done.returncode == 0:
        assert len(lean_cognito.confirmed()) == 40
    else:
        assert done.stderr


def _in_a_child(use: Any) -> str:
    """What `use` says in a forked child, which gets ten seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            use()
            os.write(writing, b"went on")
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        timer = threading.Timer(10, os.kill, (child, 9))
        timer.start()
        try:
            return answer.read()
        finally:
            timer.cancel()
            os.waitpid(child, 0)


def test_an_enroller_in_a_forked_child_says_whose_it_is(lean_cognito: LeanCognito) -> None:
    with Enroller(lean_cognito.client()) as enroller:
        words = f"EnrollerClosedError: the enroller belongs to process {os.getpid()}"
        for use in (
            lambda: enroller.enroll(request(1)),
            lambda: enroller.submit(request(1)),
            enroller.stats,
            enroller.close,
        ):
            assert _in_a_child(use).startswith(words)
        with enroller._changed:  # a thread of the parent may hold it at the moment of the fork
            assert _in_a_child(lambda: enroller.submit(request(1))).startswith(words)
        assert enroller.enroll(request(1)).device is not None
    assert issubclass(EnrollerClosedError, Exception)


def test_a_journal_in_a_forked_child_says_whose_it_is(tmp_path: Path) -> None:
    with opened(tmp_path / "run.journal") as journal:
        words = f"JournalError: {journal.path}: belongs to process {os.getpid()}"
        with journal._lock:
            for use in (journal.counts, lambda: list(journal.rows()), lambda: journal.bind("x")):
                assert _in_a_child(use).startswith(words)
            assert _in_a_child(journal.close) == "went on"
        assert journal.counts() == {}
    assert issubclass(JournalError, Exception)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_many_enrollers_share_what_can_be_shared(lean_cognito: LeanCognito) -> None:
    """Each has a client of its own in the place of one that retries; the service's model, which is
    11 MB, is there once."""

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    client = lean_cognito.client(retries={"mode": "standard", "total_max_attempts": 5})
    enrollers = [Enroller(client)]
    before = resident()
    enrollers += [Enroller(client) for _ in range(20)]
    grown = resident() - before
    for enroller in enrollers:
        enroller.close()
    assert grown < 20 * 3_000_000
