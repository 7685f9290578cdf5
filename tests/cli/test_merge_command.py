"""``cognito-srp merge``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run

from cognito_srp import JournalError, SealingKey, WrongSealingKeyError, create_device_verifier
from cognito_srp.enroll import AccessGrant, EnrollmentRequest, PreparedDevice
from cognito_srp.enroll.journal import Journal
from cognito_srp.enroll.journal import merging as journal_merging

KEY = ("--key-file", "run.key")


def write_journal(path: str, *numbers: int) -> None:
    """A journal of devices that were sent."""
    if not Path("run.key").exists():
        SealingKey.generate().save("run.key")
    with Journal.open(path, key=SealingKey.from_file("run.key"), source=path) as journal:
        devices = []
        for number in numbers:
            keys: dict[str, Any] = {"device_key": f"us-east-1_{number}", "device_group_key": "-g"}
            request = EnrollmentRequest(access_token="t", reference=number, **keys)
            grant = AccessGrant(access_token="t")
            verifier = create_device_verifier(**keys)
            devices.append(PreparedDevice(request=request, verifier=verifier, grant=grant))
        journal.prepare(devices)
        journal.mark_sent([device.verifier.device_key for device in devices])


def test_two_journals(run: Run) -> None:
    write_journal("a.journal", 1, 2)
    write_journal("b.journal", 3)
    into = ("--into", "c.journal", "--save", "devices.jsonl")
    outcome = run("merge", "a.journal", "b.journal", *KEY, *into)
    assert outcome.code == 0, outcome.err
    document = json.loads(outcome.out)
    assert (document["Devices"], document["Outcomes"]) == (3, {"sent": 3})
    assert len(Path("devices.jsonl").read_text().splitlines()) == 3
    assert not [name for name in os.listdir() if "partial" in name]
    assert run("report", "c.journal").code == 0
    again = run("merge", "a.journal", "b.journal", *KEY, *into)
    assert (again.code, "c.journal: is there already" in again.err) == (2, True)


def test_a_full_disk_is_told_of_the_file_that_was_named(run: Run) -> None:
    """And not of the one that is written until the journal is whole."""
    write_journal("a.journal", *range(200))
    code = (
        "import resource, sys; from cognito_srp.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "merge", "a.journal", *KEY, "--into", "./c.journal"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("cognito-srp: ./c.journal: ")
    assert "partial" not in done.stderr
    assert sorted(os.listdir()) == ["a.journal", "a.journal.lock", "run.key"]


def test_two_secrets_of_one_device(run: Run) -> None:
    write_journal("a.journal", 1, 2)
    write_journal("b.journal", 2)
    outcome = run("merge", "a.journal", "b.journal", *KEY, "--into", "c.journal")
    assert outcome.code == 1
    [conflict] = json.loads(outcome.out)["Conflicts"]
    assert conflict["DeviceKey"] == "us-east-1_2"
    assert conflict["Journals"] == [["a.journal", "sent"], ["b.journal", "sent"]]
    assert "devices that may have been sent with two secrets: 1;" in outcome.err


def test_what_cannot_be_merged(run: Run) -> None:
    write_journal("a.journal", 1)
    missing = run("merge", "a.journal", "none.journal", *KEY, "--into", "c.journal")
    assert (missing.code, "none.journal: there is no such journal" in missing.err) == (2, True)
    SealingKey.generate().save("other.key")
    wrong = run("merge", "a.journal", "--key-file", "other.key", "--into", "c.journal")
    assert (wrong.code, "sealed with key" in wrong.err) == (2, True)
    assert not Path("c.journal").exists()


def test_a_journal_that_has_appeared_meanwhile_is_kept(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_journal("a.journal", 1)

    def merging(*_: object) -> None:
        Path("c.journal").write_text("another merge's")

    monkeypatch.setattr(journal_merging, "merge", merging)
    outcome = run("merge", "a.journal", *KEY, "--into", "c.journal")
    assert (outcome.code, "c.journal: is there already" in outcome.err) == (2, True)
    assert Path("c.journal").read_text() == "another merge's"
    assert sorted(os.listdir()) == ["a.journal", "a.journal.lock", "c.journal", "run.key"]


def test_what_a_killed_merge_has_left_is_named(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    write_journal("a.journal", 1)
    Path(".c.journal.01234567.partial").touch()
    assert run("merge", "a.journal", *KEY, "--into", "c.journal").code == 0
    assert ".c.journal.01234567.partial: holds secrets, and is left over" in caplog.text
    assert Path(".c.journal.01234567.partial").exists()


def test_one_journal_under_another_key(run: Run) -> None:
    """It keeps its lines and its input, so that its run can be resumed."""
    write_journal("a.journal", 1, 2)
    new = ("--into", "b.journal", "--new-key-file", "new.key")
    outcome = run("merge", "a.journal", *KEY, *new)
    assert outcome.code == 0, outcome.err
    old_key, new_key = SealingKey.from_file("run.key"), SealingKey.from_file("new.key")
    with pytest.raises(WrongSealingKeyError):
        Journal.open("b.journal", key=old_key)
    with (
        Journal.open("a.journal", key=old_key) as before,
        Journal.open("b.journal", key=new_key, source="a.journal") as after,
    ):
        was, now = list(before.rows()), list(after.rows())
        assert [row.position for row in now] == [row.position for row in was]
        assert [after.verifier(row) for row in now] == [before.verifier(row) for row in was]
    with pytest.raises(JournalError, match="of another input"):
        Journal.open("b.journal", key=new_key, source="another")
