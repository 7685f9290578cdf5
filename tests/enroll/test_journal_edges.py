"""The journal as a file among others: other names of it, links, modes."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from support.journal_rows import KEY, enroll, opened

from cognito_srp import JournalBusyError, JournalError
from cognito_srp.enroll.bulk.report import read_figures
from cognito_srp.enroll.journal import Journal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, owners and modes")

ENDINGS = ("", "-wal", "-shm", ".lock")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal that nobody owns."""
    path = tmp_path / "here" / "run.journal"
    path.parent.mkdir()
    with opened(path) as journal:
        enroll(journal, range(3))
    return path


def _hard_link(path: Path) -> Path:
    other = path.parent.parent / "other.journal"
    os.link(path, other)
    return other


def _linked_directory(path: Path) -> Path:
    linked = path.parent.parent / "linked"
    linked.symlink_to(path.parent)
    return linked / path.name


def _in_a_child(work: Callable[[], object]) -> type[Exception] | None:
    """How it ends in another process."""
    kinds = (None, JournalBusyError, JournalError, Exception)
    child = os.fork()
    if child == 0:
        try:
            work()
        except Exception as error:
            os._exit(next(n for n, kind in enumerate(kinds) if kind and isinstance(error, kind)))
        os._exit(0)
    return kinds[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]


@pytest.mark.parametrize("name", [_hard_link, _linked_directory])
def test_one_owner_whatever_name_leads_to_it(path: Path, name: Callable[[Path], Path]) -> None:
    other = name(path)
    for first, second in ((path, other), (other, path)):
        with opened(first) as journal:
            for attempt in range(2):
                with pytest.raises(JournalBusyError, match=f"{second}: .* is using it"):
                    opened(second)
                assert _in_a_child(lambda second=second: opened(second)) is JournalBusyError  # type: ignore[misc]
                if attempt == 0:  # its locks are not lost with what reads it meanwhile
                    assert Journal.header(first) == (KEY.key_id, None, "input")
                    assert read_figures(first).devices == 3
            assert journal.counts() == {"confirmed": 3}
        assert _in_a_child(lambda second=second: opened(second)) is None  # type: ignore[misc]


def test_other_names_are_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = _hard_link(path)
    with caplog.at_level(logging.WARNING), opened(other):
        pass
    assert f"{other}: has 2 names (hard links); use always the same" in caplog.text


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("leads", [True, False], ids=["to a file", "nowhere"])
def test_a_link_is_refused_by_name(path: Path, ending: str, leads: bool) -> None:
    file = path.with_name(path.name + ending)
    target = path.parent.parent / "target"
    if leads:
        target.write_bytes(file.read_bytes() if file.exists() else b"what is not ours")
        target.chmod(0o644)
    file.unlink(missing_ok=True)
    file.symlink_to(target)
    before = target.read_bytes() if leads else None
    with pytest.raises(JournalError, match=f"^{file}: is a symbolic link; name the file itself"):
        opened(path)
    assert (target.read_bytes() if target.exists() else None) == before
    assert not leads or stat.S_IMODE(target.stat().st_mode) == 0o644


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_who_only_reads_follows_no_link(path: Path, ending: str) -> None:
    file, target = path.with_name(path.name + ending), path.parent.parent / "target"
    target.write_bytes(file.read_bytes() if file.exists() else b"")
    file.unlink(missing_ok=True)
    file.symlink_to(target)
    for read in (Journal.header, read_figures):
        with pytest.raises(JournalError, match=f"^{file}: is a symbolic link"):
            read(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_no_file_is_refused_by_name(path: Path, ending: str) -> None:
    file = path.with_name(path.name + ending)
    file.unlink(missing_ok=True)
    os.mkfifo(file, 0o600)
    with pytest.raises(JournalError, match=f"^{file}: is no regular file"):
        opened(path)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("mode", [0o644, 0o660, 0o777])
def test_a_wider_mode_is_narrowed_and_told(
    path: Path, caplog: pytest.LogCaptureFixture, ending: str, mode: int
) -> None:
    file = path.with_name(path.name + ending)
    file.touch()
    file.chmod(mode)
    with caplog.at_level(logging.WARNING), opened(path) as journal:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert journal.counts() == {"confirmed": 3}
    assert f"{file}: other users could use it (mode {mode:04o}): it is 0600 now" in caplog.text
