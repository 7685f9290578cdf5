"""Pools, app clients and users from a file of JSON or CSV, for a server to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from .helpers import ALL_FLOWS, LocalPool, find_pool
from .running import LocalServer
from .seed_files import Entry, SeedPool, read_seed, seed_error

__all__ = ["seed"]

#: Members of a user, and what they have to be.
_MEMBERS: Final[dict[str, tuple[type, str, Any]]] = {
    "Username": (str, "a string", None),
    "Password": (str, "a string", None),
    "Temporary": (bool, "true or false", False),
    "Attributes": (dict, "an object of strings", {}),
}


def seed(cognito: LocalServer, path: Path) -> list[LocalPool]:
    """See `LocalCognito.seed`."""
    return [_Seeding(cognito, path).pool(rows) for rows in read_seed(path)]


class _Seeding:
    """One pool of a file on its way into a server."""

    def __init__(self, cognito: LocalServer, path: Path) -> None:
        self._cognito, self._path = cognito, path

    def pool(self, rows: SeedPool) -> LocalPool:
        """The pool, with its first app client."""
        name = str(rows.pool.values.get("PoolName"))
        users = [self._checked(entry) for entry in rows.users]
        with self._line(rows.pool.line):
            known = find_pool(self._cognito, name)
            pool_id = known.pool_id if known is not None else self._new_pool(rows.pool)
        default = Entry({"ClientName": "local"}, rows.pool.line)
        clients = [self._client(name, pool_id, entry) for entry in rows.clients or [default]]
        for line, user in users:
            with self._line(line):
                _create(clients[0], user)
        return clients[0]

    def _new_pool(self, entry: Entry) -> str:
        return str(self._cognito.call("CreateUserPool", entry.values)["UserPool"]["Id"])

    def _client(self, name: str, pool_id: str, entry: Entry) -> LocalPool:
        known = find_pool(self._cognito, name, str(entry.values.get("ClientName")))
        if known is not None:
            return known
        params = {"UserPoolId": pool_id, "ExplicitAuthFlows": ALL_FLOWS, **entry.values}
        with self._line(entry.line):
            client = self._cognito.call("CreateUserPoolClient", params)["UserPoolClient"]
        return LocalPool(self._cognito, pool_id, client["ClientId"], client.get("ClientSecret"))

    def _checked(self, entry: Entry) -> tuple[int, dict[str, Any]]:
        """A user's line and members, every one of them there and of its type."""
        for name in entry.values.keys() - _MEMBERS.keys():
            known = ", ".join(_MEMBERS)
            rule = f"{name} is no member of a user: there is {known}"
            raise seed_error(self._path, entry.line, rule)
        user = {}
        for name, (kind, words, default) in _MEMBERS.items():
            value = user[name] = entry.values.get(name, default)
            inner = value.values() if isinstance(value, dict) else ()
            if not isinstance(value, kind) or not all(isinstance(one, str) for one in inner):
                rule = f"{name} of a user has to be {words}"
                raise seed_error(self._path, entry.line, rule)
        return entry.line, user

    @contextmanager
    def _line(self, line: int) -> Iterator[None]:
        """Says of a refusal which line of the file is refused."""
        try:
            yield
        except ClientError as error:
            raise seed_error(self._path, line, error.response["Error"]["Message"]) from None


def _create(pool: LocalPool, user: dict[str, Any]) -> None:
    """A user who is there already stays as they are."""
    name, password, attributes = user["Username"], user["Password"], user["Attributes"]
    try:
        pool.create_user(name, password, attributes=attributes, temporary=user["Temporary"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
