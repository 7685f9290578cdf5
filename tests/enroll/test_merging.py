"""Journals made into one: of each device what says most, and conflicts row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.journal_rows import KEY, enroll, key_of, opened, outcome, prepared, secret

from cognito_srp import DeviceVerifier, SealingKey
from cognito_srp.enroll.journal import Journal
from cognito_srp.enroll.journal.merging import MergeConflict, merge
from cognito_srp.enroll.journal.rows import State


@pytest.fixture
def journals(tmp_path: Path) -> Iterator[list[Journal]]:
    """Two to merge, the second sealed with a key of its own, and one to merge them into."""
    with (
        opened(tmp_path / "a") as first,
        Journal.open(tmp_path / "b", key=SealingKey.generate(), source="other") as second,
        opened(tmp_path / "c", source=None) as into,
    ):
        yield [first, second, into]


def put(journal: Journal, number: int, state: State, *, again: int = 0) -> None:
    """A row in a state, with the device's first secret or another one."""
    journal.prepare([prepared(number, again=again)])
    if state != "prepared":
        journal.mark_sent([key_of(number)])
    if state not in ("prepared", "sent"):
        journal.finish([outcome(number, state, "" if state == "confirmed" else "why")])  # type: ignore[arg-type]


def merged(journals: list[Journal]) -> tuple[State, DeviceVerifier, list[MergeConflict]]:
    """What became of the only device."""
    *sources, into = journals
    conflicts: list[MergeConflict] = []
    merge(sources, into, conflicts.append)
    [row] = into.rows()
    return row.state, into.verifier(row), conflicts


def no_conflict(conflict: MergeConflict) -> None:
    pytest.fail(str(conflict))


def test_of_different_devices_all(journals: list[Journal]) -> None:
    first, second, into = journals
    enroll(first, range(3))
    enroll(second, range(3, 7))
    first.note_pace(first.start_run(25.0), sent=3, throttled=0)
    second.note_pace(second.start_run(5.0), sent=4, throttled=1)
    merge([first, second], into, no_conflict)
    rows = {row.device_key: row for row in into.rows()}
    assert {into.verifier(row) for row in rows.values()} == {secret(n) for n in range(7)}
    row = rows[key_of(5)]
    assert (row.state, row.attempts, row.latency, row.position) == ("confirmed", 1, 0.25, None)
    assert row.sent_at == second.find([key_of(5)])[key_of(5)].sent_at


STATES: list[State] = ["prepared", "refused", "conflict", "sent", "unknown", "confirmed"]


@pytest.mark.parametrize("one", STATES)
@pytest.mark.parametrize("other", STATES)
def test_with_the_same_secret(journals: list[Journal], one: State, other: State) -> None:
    put(journals[0], 1, one)
    put(journals[1], 1, other)
    state, verifier, conflicts = merged(journals)
    assert state == max(one, other, key=STATES.index)
    assert (verifier, conflicts) == (secret(1), [])
    was_sent = {"prepared"} != {one, other}
    assert [row.sent_at is not None for row in journals[2].rows()] == [was_sent]


@pytest.mark.parametrize("one", STATES)
@pytest.mark.parametrize("other", STATES)
def test_with_another_secret(journals: list[Journal], one: State, other: State) -> None:
    put(journals[0], 1, one)
    put(journals[1], 1, other, again=1)
    state, verifier, conflicts = merged(journals)
    arrived = [kept for kept in (one, other) if kept in ("sent", "unknown", "confirmed")]
    if len(arrived) == 2 and arrived.count("confirmed") != 1:
        assert state == "conflict"
        assert conflicts == [
            MergeConflict(key_of(1), (one, other), (str(journals[0].path), str(journals[1].path)))
        ]
    else:
        best = max(one, other, key=STATES.index)
        assert (state, conflicts) == (best, [])
        if one != other:
            assert verifier == secret(1, again=int(best == other))


def test_the_tokens_of_sign_ins_come_along(journals: list[Journal]) -> None:
    keys: dict[str, Any] = {"device_key": None, "device_group_key": None, "access_token": None}
    journals[0].prepare([prepared(1, access=lambda: "token", **keys)])
    merged(journals)
    [row] = journals[2].rows()
    grant = journals[2].grant(row)
    assert grant is not None
    assert grant.refresh_token == "refresh"


def test_a_merged_journal_takes_a_new_input(journals: list[Journal], tmp_path: Path) -> None:
    enroll(journals[0], range(3))
    merged_rows = journals[:2], journals[2]
    merge(*merged_rows, no_conflict)
    journals[2].bind("whole input")
    journals[2].close()
    Journal.open(tmp_path / "c", key=KEY, source="whole input").close()
