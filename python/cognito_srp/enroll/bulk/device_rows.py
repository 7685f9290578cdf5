"""Devices that are enrolled already, from a file.

Each row has what AdminForgetDevice and AdminUpdateDeviceStatus need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...devices.checks import check_device_key, check_text
from ...errors import InvalidInputError
from ...srp.encoding import token_claims
from .inputs import RejectedRow, read_rows

__all__ = ["DeviceRow", "DeviceRows"]

#: Outcomes of an enrollment after which Cognito may know the device as the one that was enrolled.
_ENROLLED: Final = ("confirmed", "unknown", "sent")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device of a user. ``position`` is its line, or its row in Parquet, from 1."""

    position: int
    device_key: str
    username: str
    pool_id: str


class DeviceRows:
    """The devices of a file, which can be read more than once.

    The file is one that ``enroll --save`` has written, an input of ``enroll``, or any other with a
    ``device_key``.

    The user is the row's ``username``, or the one its ``access_token`` (expired or not) names, or
    `username`. The pool is the row's ``pool_id``, or `pool_id`, or the token's. Rows with an
    ``outcome`` other than ``confirmed``, ``unknown`` and ``sent`` are left out and counted in
    `skipped`: those devices are not enrolled, or with another secret that is not this file's.
    """

    def __init__(
        self, path: str, *, pool_id: str | None = None, username: str | None = None
    ) -> None:
        self.path = path
        self._rows = read_rows(path)
        self._pool_id, self._username = pool_id, username
        self.skipped: Counter[str] = Counter()

    def __iter__(self) -> Iterator[DeviceRow | RejectedRow]:
        self.skipped.clear()
        for position, fields in self._rows():
            if isinstance(fields, str):
                yield RejectedRow(position, fields)
                continue
            outcome = fields.get("outcome")
            if outcome is not None and outcome not in _ENROLLED:
                self.skipped[str(outcome)] += 1
                continue
            try:
                yield self._row(position, fields)
            except InvalidInputError as error:
                yield RejectedRow(position, str(error))

    def _row(self, position: int, fields: Mapping[str, object]) -> DeviceRow:
        token = fields.get("access_token")
        claims = token_claims(token) if isinstance(token, str) else {}
        pool = fields.get("pool_id") or self._pool_id or _pool(claims)
        user = fields.get("username") or claims.get("username") or self._username
        return DeviceRow(
            position,
            device_key=check_device_key(_text(fields.get("device_key"))),
            username=check_text(
                "username", _text(user), "add the column username, or use --username"
            ),
            pool_id=check_text("pool_id", _text(pool), "use --user-pool-id"),
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _pool(claims: Mapping[str, object]) -> str:
    return _text(claims.get("iss")).rpartition("/")[2]
