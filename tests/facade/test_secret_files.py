"""Secrets on disk: several writers of one name, kills in the midst, places that take nothing."""

from __future__ import annotations

import logging
import os
import signal
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from cognito_srp import InvalidInputError
from cognito_srp.storage.secret_files import (
    check_replaceable,
    new_path,
    new_secret,
    replace_secret,
    save_secret,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills, modes and links")


def _no_unnamed_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)


def _no_hard_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    _no_unnamed_files(monkeypatch)
    monkeypatch.setattr(os, "link", link)


@pytest.fixture(params=["unnamed files", "random names", "no hard links"])
def files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The file systems there are: Linux's own, others, and those without hard links."""
    if request.param == "random names":
        _no_unnamed_files(monkeypatch)
    if request.param == "no hard links":
        _no_hard_links(monkeypatch)
    return str(request.param)


def _at_once(count: int, work: Callable[[int], None]) -> list[int]:
    """Those of `count` threads that were not refused."""
    barrier, done = threading.Barrier(count), []

    def run(number: int) -> None:
        barrier.wait()
        with suppress(InvalidInputError):
            work(number)
            done.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@pytest.mark.usefixtures("files")
def test_one_of_three_writers_is_first_and_the_others_know(tmp_path: Path) -> None:
    for attempt in range(50):
        path = tmp_path / str(attempt)
        done = _at_once(3, lambda n, path=path: save_secret(str(path), f"{n}" * 9000))  # type: ignore[misc]
        assert len(done) == 1
        assert path.read_text() == f"{done[0]}" * 9000 + "\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == sorted(str(attempt) for attempt in range(50))


@pytest.mark.usefixtures("files")
def test_a_check_does_not_disturb_who_is_writing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with new_secret(str(path)) as file:
        file.write(b"whole")
        before = os.listdir(tmp_path)
        check_replaceable(str(path))
        assert os.listdir(tmp_path) == before
    assert path.read_bytes() == b"whole"
    with replace_secret(str(path)) as file:
        file.write(b"other")
        check_replaceable(str(path))
        assert path.read_bytes() == b"whole"
    assert path.read_bytes() == b"other"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.usefixtures("files")
def test_what_takes_the_place_of_a_file_is_always_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def work(number: int) -> None:
        for _ in range(20):
            with replace_secret(str(path)) as file:
                file.write(f"{number}".encode() * 9000)

    assert sorted(_at_once(3, work)) == [0, 1, 2]
    assert path.read_text() in {f"{number}" * 9000 for number in range(3)}
    assert os.listdir(tmp_path) == ["file"]


def _killed(work: Callable[[], None]) -> None:
    """Do it in a child, which kills itself in the midst."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work()
        os._exit(70)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def _write_and_be_killed(path: Path) -> None:
    with new_secret(str(path)) as file:
        file.write(b"x" * 100_000)
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="needs files without a name")
def test_a_kill_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    _killed(lambda: _write_and_be_killed(path))
    assert os.listdir(tmp_path) == []
    path.write_text("before")
    _killed(lambda: _write_and_be_killed(path))
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("writer", [new_secret, replace_secret, new_path])
def test_what_a_kill_leaves_elsewhere_is_named_and_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    writer: Callable[[str], object],
) -> None:
    _no_unnamed_files(monkeypatch)
    path = tmp_path / "file"
    _killed(lambda: _write_and_be_killed(path))
    [left] = tmp_path.iterdir()
    assert left.name.startswith(".file.")
    assert left.name.endswith(".partial")
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    with caplog.at_level(logging.WARNING), writer(str(path)):  # type: ignore[attr-defined]
        pass
    [record] = caplog.records
    assert f"{left}: holds secrets, and is left over" in record.getMessage()
    assert sorted(tmp_path.iterdir()) == [left, path]


@pytest.mark.usefixtures("files")
def test_a_failure_in_the_midst_leaves_nothing(tmp_path: Path) -> None:
    for writer in (new_secret, replace_secret, new_path):
        with pytest.raises(ZeroDivisionError), writer(str(tmp_path / "file")):
            raise ZeroDivisionError
        assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_said_of_the_file_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", ".file.0123.partial")

    monkeypatch.setattr(os, step, full)
    raised = pytest.raises(OSError, match="No space left on device")
    with raised as caught, replace_secret(str(path)) as file:
        file.write(b"after")
    assert caught.value.filename == str(path)
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("file", "before")]


@pytest.mark.usefixtures("files")
def test_places_that_take_nothing(tmp_path: Path) -> None:
    for place, error in (("none/file", FileNotFoundError), ("plain/file", NotADirectoryError)):
        (tmp_path / "plain").touch()
        path = str(tmp_path / place)
        for attempt in (lambda p: save_secret(p, "text"), check_replaceable):
            with pytest.raises(error) as caught:
                attempt(path)
            assert caught.value.filename == path
    with pytest.raises(PermissionError):
        save_secret("/proc/file", "text") if os.geteuid() else _as_nobody(tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["plain"]


def _as_nobody(directory: Path) -> None:
    """What another user gets where he may not write."""
    directory.chmod(0o555)
    os.seteuid(65534)
    try:
        save_secret(str(directory / "file"), "text")
    finally:
        os.seteuid(0)


def test_a_link_that_leads_nowhere_is_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidInputError, match="is there already"):
        save_secret(str(path), "text")
    assert os.listdir(tmp_path) == ["file"]


def test_a_path_never_takes_the_name_of_another(tmp_path: Path) -> None:
    path = tmp_path / "file"
    refused = pytest.raises(InvalidInputError, match="is there already")
    with refused, new_path(str(path)), new_path(str(path)) as first:
        first.write_text("first")
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("file", "first")]
