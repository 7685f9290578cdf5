"""A server's pools as JSON, and back.

JSON and not pickle: a state file may come from anywhere, and reading it must not run what it says.
Objects are written with their fields, once each, and named by number where they come up again:
users and groups point at each other. Only the classes of `_CLASSES` are made when reading.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.cognitoidp import models

from ..totp import SoftwareToken
from .codes import SentCode
from .devices import Device, DeviceStore
from .pool import PasskeyRecord, Pool, SignIn
from .state import State
from .user import User

__all__ = ["dump", "restore"]

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
        SignIn,
        SoftwareToken,
        User,
    )
}

#: What a class was called in the state files of earlier versions.
_RENAMED: dict[str, type] = {"CognitoIdpUser": User}

#: Belong to the server or the process and not to its pools; every Pool gets them anew.
_LEFT_OUT = {"_state", "custom_auth"}


def dump(state: State) -> dict[str, Any]:
    """Everything but pending challenges, in JSON's types."""
    write = _Writer().write
    regions = {
        region: {"pools": dict(backend.user_pools), "domains": dict(backend.user_pool_domains)}
        for region, backend in state.backends().items()
    }
    return {
        "format": _FORMAT,
        "clock_offset": state.clock.offset,
        "regions": write(regions),
    }


def restore(state: State, data: Any) -> None:
    """Replaces what the server holds. Raises `ValueError` for data that `dump` has not made."""
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise ValueError(f"not a state of the local Cognito in format {_FORMAT}")
    reader = _Reader(state)
    try:
        regions = reader.read(data["regions"])
        offset = float(data["clock_offset"])
        contents = {name: (r["pools"], r["domains"]) for name, r in regions.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the state of the local Cognito is damaged: {error!r}") from error
    state.replace(contents)
    state.clock.offset = offset


def _name(item: Any) -> str:
    """Sets hold groups and users: in order of their names, equal states give equal files."""
    return str(getattr(item, "username", None) or getattr(item, "group_name", item))


class _Writer:
    """Numbers each object when it is first met."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

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
