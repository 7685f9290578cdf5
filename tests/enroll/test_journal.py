"""The journal: what it takes it keeps, and it says why it cannot."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journals import GROUP_KEY, KEY, enroll, key_of, opened, secret

from cognito_srp import (
    DeviceVerifier,
    JournalBusyError,
    JournalError,
    SealingError,
    SealingKey,
    WrongSealingKeyError,
)
from cognito_srp.enroll import journal as journal_module
from cognito_srp.enroll.journal import Journal, JournalEntry, JournalOutcome


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with opened(path) as opened_journal:
        yield opened_journal


def test_a_row_through_its_life(path: Path, journal: Journal) -> None:
    entry = JournalEntry(secret(1), device_name="Ann's", remember=False, position=7)
    journal.prepare([entry, JournalEntry(secret(2))])
    row = journal.find([key_of(1), key_of(3)])[key_of(1)]
    assert (row.state, row.sent_before, row.attempts) == ("prepared", False, 0)
    assert (row.device_name, row.remember, row.position) == ("Ann's", False, 7)
    assert journal.verifier(row) == secret(1)
    journal.mark_sent([key_of(1)])
    assert [row.state for row in journal.unfinished()] == ["sent", "prepared"]
    journal.finish([JournalOutcome(key_of(1), "unknown", "Timeout", attempts=3)])
    journal.mark_sent([key_of(1)])
    journal.finish([JournalOutcome(key_of(1), "confirmed", at=9.0, latency=0.5)])
    journal.close()
    with opened(path) as again:
        assert again.counts() == {"confirmed": 1, "prepared": 1}
        row = again.find([key_of(1)])[key_of(1)]
        assert (row.attempts, row.error, row.finished_at, row.latency) == (4, "", 9.0, 0.5)
        assert row.sent_before
        assert again.verifier(row) == secret(1)
        assert [row.device_key for row in again.unfinished()] == [key_of(2)]


def test_no_secret_is_ever_replaced(journal: Journal) -> None:
    journal.prepare([JournalEntry(secret(1))])
    with pytest.raises(JournalError, match="in the journal already; look it up first"):
        journal.prepare([JournalEntry(secret(2)), JournalEntry(secret(1, again=1))])
    assert journal.counts() == {"prepared": 1}
    assert journal.verifier(journal.find([key_of(1)])[key_of(1)]) == secret(1)


def test_what_cannot_be_true_is_refused_as_a_whole(journal: Journal) -> None:
    journal.prepare([JournalEntry(secret(number)) for number in range(3)])
    journal.mark_sent([key_of(0), key_of(1)])
    journal.finish([JournalOutcome(key_of(0), "confirmed")])
    wrong: list[Callable[[], None]] = [
        lambda: journal.mark_sent([key_of(1), key_of(9)]),
        lambda: journal.mark_sent([key_of(0)]),
        lambda: journal.finish([JournalOutcome(key_of(1), "confirmed"), _never_sent("confirmed")]),
        lambda: journal.finish([_never_sent("unknown")]),
        lambda: journal.finish([_never_sent("conflict")]),
        lambda: journal.finish([JournalOutcome(key_of(0), "refused")]),
    ]
    for attempt in wrong:
        with pytest.raises(JournalError, match="cannot become that"):
            attempt()
        assert journal.counts() == {"confirmed": 1, "sent": 1, "prepared": 1}
    journal.finish([JournalOutcome(key_of(2), "refused", "TokenExpired")])  # found before sending


def _never_sent(state: object) -> JournalOutcome:
    return JournalOutcome(key_of(2), state)  # type: ignore[arg-type]


def test_a_secret_belongs_to_its_device_and_group(path: Path, journal: Journal) -> None:
    enroll(journal, range(3))
    journal.close()
    with sqlite3.connect(path) as raw:
        [sealed] = raw.execute("SELECT sealed FROM device WHERE id = 1").fetchone()
        raw.execute("UPDATE device SET sealed = ? WHERE id = 2", (sealed,))
        raw.execute("UPDATE device SET device_group_key = '-other' WHERE id = 3")
    raw.close()
    with opened(path) as again:
        first, *others = again.rows()
        assert again.verifier(first) == secret(0)
        for row in others:
            with pytest.raises(SealingError, match=f"{path}: device {row.device_key}: .* damaged"):
                again.verifier(row)


def test_nothing_secret_is_in_the_file_or_a_repr(path: Path, journal: Journal) -> None:
    enroll(journal, range(3))
    shown = repr([*journal.rows(), JournalEntry(secret(0))])
    files = [path, *path.parent.glob("run.journal-*")]
    assert len(files) == 3  # itself, -wal and -shm
    held = b"".join(file.read_bytes() for file in files)
    assert key_of(0).encode() in held
    for text in ("password", "verifier0", "salt0", KEY.to_base64()):
        assert text.encode() not in held.replace(b"device password", b"").replace(b"verifier,", b"")
        assert text not in shown.replace("DeviceVerifier", "")


@pytest.mark.skipif(os.name != "posix", reason="modes mean nothing here")
def test_only_its_owner_can_read_it(path: Path, journal: Journal) -> None:
    enroll(journal, range(1))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_pages(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "_PAGE", 4)
    for count in (0, 3, 1, 4, 2):  # 0, 3, 4, 8 and 10 rows
        first = sum(journal.counts().values())
        enroll(journal, range(first, first + count))
        numbers = [row.position for row in journal.rows()]
        assert numbers == list(range(first + count))


def test_its_key_and_its_input(path: Path, journal: Journal) -> None:
    enroll(journal, range(1))
    journal.close()
    other = SealingKey.generate()
    with pytest.raises(WrongSealingKeyError, match=f"key {KEY.key_id}, .* {other.key_id}"):
        Journal.open(path, key=other)
    with pytest.raises(JournalError, match="is the journal of another input; resume with"):
        opened(path, source="another input")
    with opened(path, source=None), pytest.raises(JournalBusyError):
        opened(path)


def test_the_encrypted_key_is_in_its_header(path: Path) -> None:
    assert Journal.encrypted_key(path) is None
    path.touch()
    assert Journal.encrypted_key(path) is None
    with Journal.open(path, key=SealingKey(bytes(32), encrypted=b"by KMS")):
        assert Journal.encrypted_key(path) == b"by KMS"
    assert Journal.encrypted_key(path) == b"by KMS"


def test_one_owner_at_a_time(path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); from journals import opened\n"
        "from pathlib import Path; journal = opened(Path(sys.argv[1])); print('mine', flush=True)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"mine\n"
        with pytest.raises(JournalBusyError, match=rf"{path}: process {owner.pid} on .* stop it"):
            opened(path)
        owner.kill()
    opened(path).close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a database " * 400, "file is not a database; name the journal"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "not a database|malformed"),
    ],
    ids=["text", "header only"],
)
def test_no_journal_at_all(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalError, match=words):
        opened(path)
    assert path.read_bytes() == content


def test_databases_of_others(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE t (x)")
    raw.close()
    with pytest.raises(JournalError, match="another program's database"):
        opened(path)
    path.unlink()
    opened(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(JournalError, match="made by a newer srp-native; update"):
        opened(path)


def test_damage_in_the_middle(path: Path, journal: Journal) -> None:
    enroll(journal, range(60))
    journal.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xa5" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    with pytest.raises(JournalError, match="malformed; restore it from a backup"):
        list(opened(path).rows())


def test_a_closed_journal(journal: Journal) -> None:
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.counts()


def test_a_verifier_without_its_secret(journal: Journal) -> None:
    with pytest.raises(JournalError, match="has no secret to keep"):
        journal.prepare(
            [JournalEntry(DeviceVerifier(device_key=key_of(1), password_verifier="", salt=""))]
        )


def test_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file or directory; check that its directory"):
        opened(tmp_path / "none" / "run.journal")


def test_reading_the_group_key_back(journal: Journal) -> None:
    enroll(journal, range(1))
    assert [row.device_group_key for row in journal.rows()] == [GROUP_KEY]
