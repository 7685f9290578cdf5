"""A server's pools as JSON, and back.

JSON and not pickle: a state file may come from anywhere, and reading it must not run what it says.
Objects are written with their fields, once each, and named by number where they come up again:
users and groups point at each other. Only the classes of `_CLASSES` are made when reading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from moto.cognitoidp import models

from ..authenticators import SoftwareToken
from .devices import Device, DeviceStore
from .pool import Pool
from .records import PasskeyRecord, SentCode, SignInRecord
from .state import State
from .user import User

__all__ = ["restore", "snapshot", "write_snapshot"]

_FORMAT = 1

_CLASSES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        models.CognitoIdpGroup,
        models.CognitoIdpIdentityProvider,
        models.CognitoIdpUserPoolAttribute,
        models.CognitoIdpUserPoolClient,
        models.CognitoIdpUserPoolDomain,
        models.CognitoResourceServer,
        Device,
        DeviceStore,
        PasskeyRecord,
        Pool,
        SentCode,
        SignInRecord,
        SoftwareToken,
        User,
    )
}

#: What a class was called in the state files of earlier versions.
_RENAMED: dict[str, type] = {"CognitoIdpUser": User, "SignIn": SignInRecord}

#: Belong to the server or the process and not to its pools; every Pool gets them anew.
_LEFT_OUT = {"_state", "custom_auth"}

#: Tables of a pool whose values never change: most of what a state holds is in them.
_FLAT = {"access_tokens", "refresh_tokens", "refresh_ends", "retired", "sign_ins"}


def snapshot(state: State) -> dict[str, Any]:
    """A copy of everything but pending challenges, for `write_snapshot`.

    This is all that requests have to wait for: it takes a small part of the time that writing does.
    """
    with state.lock:
        copy = _Copier().copy
        regions = {
            region: {"pools": copy(backend.user_pools), "domains": copy(backend.user_pool_domains)}
            for region, backend in state.backends().items()
        }
        return {"clock_offset": state.clock.offset, "regions": regions}


def write_snapshot(taken: dict[str, Any]) -> Iterator[str]:
    """A snapshot as the text of a state file, in pieces.

    json.dumps of the whole would not let another thread run until it is done.
    """
    yield f'{{"format": {_FORMAT}, "clock_offset": {json.dumps(taken["clock_offset"])}, "regions": '
    yield from _Writer().pieces(taken["regions"])
    yield "}"


def restore(state: State, data: Any) -> None:
    """Replaces what the server holds. Raises `ValueError` for data that `dump` has not made."""
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise ValueError(f"not a state of the local Cognito in format {_FORMAT}")
    reader = _Reader(state)
    try:
        regions = reader.read(data["regions"])
        offset = float(data["clock_offset"])
        contents = {name: (r["pools"], r["domains"]) for name, r in regions.items()}
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the state of the local Cognito is damaged: {error!r}") from error
    state.replace(contents)
    state.clock.offset = offset


def _name(item: Any) -> str:
    """Sets hold groups and users: in order of their names, equal states give equal files."""
    return str(getattr(item, "username", None) or getattr(item, "group_name", item))


_UNCHANGING = {bool, datetime, float, int, str, type(None), models.UserStatus}


class _Copier:
    """Copies what may change, once each; shares what may not."""

    def __init__(self) -> None:
        self._copies: dict[int, Any] = {}

    def copy(self, value: Any) -> Any:
        kind = type(value)
        if kind in _UNCHANGING:
            return value
        if isinstance(value, dict):
            return {key: self.copy(item) for key, item in value.items()}
        if kind in (list, tuple, set):
            return kind(map(self.copy, value))
        if _CLASSES.get(kind.__name__) is not kind:
            return value
        made = self._copies.get(id(value))
        if made is None:
            made = self._copies[id(value)] = object.__new__(kind)
            fields = vars(made)
            fields.update(vars(value))  # most stay as they are: this is where the time goes
            for name, item in vars(value).items():
                if name in _LEFT_OUT:
                    del fields[name]
                elif name in _FLAT:
                    fields[name] = dict(item)
                elif type(item) not in _UNCHANGING:
                    fields[name] = self.copy(item)
        return made


class _Writer:
    """Numbers each object when it is first met."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def pieces(self, value: Any) -> Iterator[str]:
        """The JSON text of `write(value)`; a piece is one entry of the innermost table."""
        if isinstance(value, dict):
            yield '{"$map": ['
            for place, (key, item) in enumerate(value.items()):
                yield f"{', ' if place else ''}[{json.dumps(key)}, "
                yield from self.pieces(item)
                yield "]"
            yield "]}"
        elif isinstance(value, (Pool, DeviceStore)):
            number = self._numbers[id(value)] = len(self._numbers)
            yield f'{{"$class": "{type(value).__name__}", "number": {number}, "fields": {{'
            for place, (name, item) in enumerate(vars(value).items()):
                yield f"{', ' if place else ''}{json.dumps(name)}: "
                yield from self.pieces(item)
            yield "}}"
        else:
            yield json.dumps(self.write(value))

    def write(self, value: Any) -> Any:
        if isinstance(value, models.UserStatus):
            return {"$status": value.value}
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, list):
            return [self.write(item) for item in value]
        return self._tagged(value)

    def _tagged(self, value: Any) -> dict[str, Any]:
        """What JSON has no type for."""
        if isinstance(value, datetime):
            return {"$time": value.isoformat()}
        if isinstance(value, tuple):
            return {"$tuple": [self.write(item) for item in value]}
        if isinstance(value, set):
            return {"$set": [self.write(item) for item in sorted(value, key=_name)]}
        if isinstance(value, dict):
            # In pairs, so that no key of a user's own can be taken for one of ours.
            return {"$map": [[key, self.write(item)] for key, item in value.items()]}
        return self._object(value)

    def _object(self, value: Any) -> dict[str, Any]:
        name = type(value).__name__
        if _CLASSES.get(name) is not type(value):
            raise TypeError(f"a {name} has no place in a state file")
        if id(value) in self._numbers:
            return {"$ref": self._numbers[id(value)]}
        number = self._numbers[id(value)] = len(self._numbers)
        fields = {k: self.write(v) for k, v in vars(value).items() if k not in _LEFT_OUT}
        return {"$class": name, "number": number, "fields": fields}


class _Reader:
    """The inverse; an object exists before its fields do, so that circles close."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._objects: dict[int, Any] = {}

        self._kinds: dict[str, Callable[[Any], Any]] = {
            "$map": lambda pairs: {key: self.read(item) for key, item in pairs},
            "$ref": self._objects.__getitem__,
            "$set": lambda items: {self.read(item) for item in items},
            "$status": models.UserStatus,
            "$time": datetime.fromisoformat,
            "$tuple": lambda items: tuple(self.read(item) for item in items),
        }

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.read(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$class" in value:
            return self._object(value)
        [(kind, content)] = value.items()
        return self._kinds[kind](content)

    def _object(self, value: dict[str, Any]) -> Any:
        name = value["$class"]
        cls = _RENAMED.get(name) or _CLASSES[name]
        made: Any = object.__new__(cls)
        self._objects[value["number"]] = made
        if isinstance(made, Pool):
            made.attach(self._state)
        vars(made).update({name: self.read(item) for name, item in value["fields"].items()})
        return made
