"""The journal: what it takes it keeps, and it says why it cannot."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import TESTS
from support.journal_rows import GROUP_KEY, KEY, enroll, key_of, opened, outcome, prepared, secret

from cognito_srp import (
    DeviceVerifier,
    JournalBusyError,
    JournalError,
    SealingError,
    SealingKey,
    WrongSealingKeyError,
)
from cognito_srp.enroll.journal import Journal
from cognito_srp.enroll.journal import input as input_module
from cognito_srp.enroll.journal import journal as journal_module
from cognito_srp.enroll.journal.file import connect


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with opened(path) as opened_journal:
        yield opened_journal


def test_a_row_through_its_life(path: Path, journal: Journal) -> None:
    journal.prepare([prepared(1, device_name="Ann's", remember=False), prepared(2, reference="?")])
    row = journal.find([key_of(1), key_of(3)])[key_of(1)]
    assert (row.state, row.sent_before, row.attempts) == ("prepared", False, 0)
    assert (row.device_name, row.remember, row.position) == ("Ann's", False, 1)
    assert journal.verifier(row) == secret(1)
    journal.mark_sent([key_of(1)])
    assert [row.state for row in journal.unfinished()] == ["sent", "prepared"]
    journal.finish([outcome(1, "unknown", "Timeout", attempts=3)])
    journal.mark_sent([key_of(1)])
    journal.finish([outcome(1, at=9.0, latency=0.5)])
    journal.close()
    with opened(path) as again:
        assert again.counts() == {"confirmed": 1, "prepared": 1}
        row = again.find([key_of(1)])[key_of(1)]
        assert (row.attempts, row.error, row.finished_at, row.latency) == (4, "", 9.0, 0.5)
        assert row.sent_before
        assert again.verifier(row) == secret(1)
        assert [row.device_key for row in again.unfinished()] == [key_of(2)]


def test_every_commit_is_synced(journal: Journal) -> None:
    for pragma, value in (("journal_mode", "wal"), ("synchronous", 2)):
        assert journal._connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_no_secret_is_ever_replaced(journal: Journal) -> None:
    first = prepared(1)
    assert journal.prepare([first]) == [first]
    new, other = prepared(2), prepared(1, again=1)
    kept = journal.prepare([new, other])
    assert kept[0] is new
    assert (kept[1].verifier, kept[1].sent_before) == (secret(1), False)
    journal.mark_sent([key_of(1)])
    assert journal.prepare([other])[0].sent_before
    journal.finish([outcome(1, "refused", "why")])
    assert not journal.prepare([other])[0].sent_before  # no send had any effect
    for status in ("conflict", "confirmed"):
        journal.finish([outcome(1, status)])
        [again] = journal.prepare([other])
        assert (again.verifier, again.ended) == (secret(1), status)


def test_what_it_was_told_of_earlier_sends(journal: Journal) -> None:
    journal.prepare([replace(prepared(1), sent_before=True)])
    assert journal.find([key_of(1)])[key_of(1)].sent_before
    journal.finish([outcome(1)])


def test_the_tokens_of_a_sign_in_that_gave_the_keys(journal: Journal) -> None:
    def signs_in() -> str:
        raise AssertionError

    keys: dict[str, Any] = {"device_key": None, "device_group_key": None, "access_token": None}
    journal.prepare([prepared(1), prepared(2, access=signs_in, **keys)])
    given, signed_in = journal.rows()
    assert journal.grant(given) is None
    grant = journal.grant(signed_in)
    assert grant is not None
    assert (grant.access_token, grant.refresh_token) == ("token", "refresh")
    assert journal.find_positions([2, 3]) == {2: signed_in}
    journal.mark_sent([key_of(2)])
    journal.finish([outcome(2)])
    assert journal.grant(journal.find_positions([2])[2]) is None


def test_a_sign_in_that_another_has_replaced_counts_no_more(journal: Journal) -> None:
    """Its token had run out before it was sent, so the row of the input signed in once more."""
    journal.prepare([prepared(1, reference=7), prepared(2, reference=7), prepared(3)])
    assert journal.unconfirmed() == 2
    journal.finish([outcome(1, "refused", "TokenExpired", attempts=0)])
    assert journal.unconfirmed() == 2
    journal.mark_sent([key_of(2)])
    journal.finish([outcome(2)])
    assert journal.unconfirmed() == 1


def test_what_cannot_be_true_is_refused_as_a_whole(journal: Journal) -> None:
    journal.prepare([prepared(number) for number in range(3)])
    journal.mark_sent([key_of(0), key_of(1)])
    journal.finish([outcome(0)])
    wrong: list[Callable[[], None]] = [
        lambda: journal.mark_sent([key_of(1), key_of(9)]),
        lambda: journal.mark_sent([key_of(0)]),
        lambda: journal.finish([outcome(1), outcome(2)]),
        lambda: journal.finish([outcome(2, "unknown")]),
        lambda: journal.finish([outcome(2, "conflict")]),
        lambda: journal.finish([outcome(0, "refused")]),
    ]
    for attempt in wrong:
        with pytest.raises(JournalError, match="cannot become that"):
            attempt()
        assert journal.counts() == {"confirmed": 1, "sent": 1, "prepared": 1}
    journal.finish([outcome(2, "refused", "TokenExpired", attempts=0)])  # found before sending


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
    shown = repr(list(journal.rows()))
    files = [path, *path.parent.glob("run.journal-*")]
    assert len(files) == 3  # itself, -wal and -shm
    held = b"".join(file.read_bytes() for file in files)
    assert key_of(0).encode() in held
    for text in ("password", secret(0).password_verifier, secret(0).salt, KEY.to_base64()):
        assert text.encode() not in held.replace(b"device password", b"").replace(b"verifier,", b"")
        assert text not in shown.replace("DeviceVerifier", "")


@pytest.mark.skipif(os.name != "posix", reason="modes mean nothing here")
def test_only_its_owner_can_read_it(path: Path, journal: Journal) -> None:
    enroll(journal, range(1))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_pages(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (journal_module, input_module):
        monkeypatch.setattr(module, "PAGE", 4)
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
    assert Journal.header(path) is None
    path.touch()
    assert Journal.header(path) is None
    connect(path).close()  # a process that died before it had written the header
    assert Journal.header(path) is None
    with Journal.open(path, key=SealingKey(bytes(32), encrypted=b"by KMS")):
        key_id = SealingKey(bytes(32)).key_id
        assert Journal.header(path) == (key_id, b"by KMS", None)
    assert Journal.header(path) == (key_id, b"by KMS", None)


def test_one_owner_at_a_time(path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from support.journal_rows import opened\n"
        "from pathlib import Path; journal = opened(Path(sys.argv[1])); print('mine', flush=True)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path), str(TESTS)]
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


def test_a_verifier_that_was_made_elsewhere(journal: Journal) -> None:
    foreign = DeviceVerifier(device_key=key_of(1), password_verifier="Ag==", salt="AQ==")
    journal.prepare([replace(prepared(1), verifier=foreign)])
    [row] = journal.rows()
    assert journal.verifier(row) == foreign


def test_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file or directory; check that its directory"):
        opened(tmp_path / "none" / "run.journal")


def test_reading_the_group_key_back(journal: Journal) -> None:
    enroll(journal, range(1))
    assert [row.device_group_key for row in journal.rows()] == [GROUP_KEY]
