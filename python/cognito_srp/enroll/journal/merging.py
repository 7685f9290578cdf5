"""Several journals made into one, as when an input was split over machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from .journal import Journal, JournalState, OpenedRow

__all__ = ["MergeConflict", "merge"]

_CHUNK: Final = 500
#: Which of two rows with the same secret says more: whether there is anything left to send, and
#: then whether it may have been sent.
_RANK: Final[dict[JournalState, int]] = {
    "prepared": 0,
    "refused": 1,
    "conflict": 2,
    "sent": 3,
    "unknown": 4,
    "confirmed": 5,
}
#: The error code of a row that was sent with two secrets.
_TWO_SECRETS: Final = "TwoSecrets"


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A device that two journals may have sent with different secrets.

    Only a device sign-in can tell which one counts. Both stay in the journals that were merged.
    """

    device_key: str
    states: tuple[JournalState, JournalState]
    journals: tuple[str, str]


def merge(sources: Sequence[Journal], into: Journal) -> list[MergeConflict]:
    """Bring the rows and runs of `sources` together in a new journal; returns the conflicts.

    Of a device that several have with the same secret, the row that says most is kept. With
    different secrets it is the one that was confirmed, or else sent; where both may have arrived,
    or both were confirmed, the row becomes a *conflict*, which nothing sends again. Positions are
    left out, because each journal counts its own input; a single journal keeps them and its input,
    so that it can be resumed under the other key. Raises `SealingError` and `JournalError`.
    """
    alone, conflicts = len(sources) == 1, list[MergeConflict]()
    if alone:
        header = Journal.header(sources[0].path)
        if header is not None and header[2] is not None:
            into.bind(header[2])
    for source in sources:
        into.copy_runs(source)
        rows = source.rows()
        while chunk := list(islice(rows, _CHUNK)):
            known = into.find([row.device_key for row in chunk])
            taken: list[OpenedRow] = []
            for row in chunk:
                other = source.whole(row if alone else replace(row, position=None))
                mine = known.get(row.device_key)
                if mine is None:
                    taken.append(other)
                    continue
                whole, is_conflict = _choose(into.whole(mine), other)
                taken.append(whole)
                if is_conflict:
                    earlier = next(one for one in sources if one.find([row.device_key]))
                    paths = str(earlier.path), str(source.path)
                    states = mine.state, row.state
                    conflicts.append(MergeConflict(row.device_key, states, paths))
            into.put(taken)
    for source in sources:
        failed = source.failed()
        while some := list(islice(failed, _CHUNK)):
            into.fail([replace(failure, position=None) for failure in some])
    return conflicts


def _choose(mine: OpenedRow, other: OpenedRow) -> tuple[OpenedRow, bool]:
    """The row to keep, and whether it stands for a conflict."""
    both = sorted((mine, other), key=lambda whole: -_RANK[whole.row.state])
    first, second = (whole.row for whole in both)
    sent = [row.sent_at for row in (first, second) if row.sent_at is not None]
    attempts = first.attempts + second.attempts
    if mine.verifier == other.verifier:
        kept = replace(first, attempts=attempts, sent_at=min(sent, default=None))
        return replace(both[0], row=kept), False
    # Only these may be what Cognito has; and of one that is confirmed it is known.
    possible = [row for row in (first, second) if row.state in ("sent", "unknown", "confirmed")]
    if len(possible) < 2 or (first.state == "confirmed") != (second.state == "confirmed"):
        return replace(both[0], row=replace(first, attempts=attempts)), False
    doubtful = replace(first, attempts=attempts, state="conflict", error=_TWO_SECRETS)
    return replace(both[0], row=doubtful), True
