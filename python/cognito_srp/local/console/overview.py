"""Pools, app clients, users and devices, as the control API shows them. No secret is among it."""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import UserStatus

from ..flows.mfa import factors_of
from ..store.devices import Device
from ..store.pool import Pool
from ..store.state import State
from ..store.user import User

__all__ = ["describe_pools"]

#: Devices of a user that are shown: the newest.
_DEVICES = 20


def describe_pools(state: State, name: str, limit: int) -> list[dict[str, Any]]:
    """Every pool, with at most `limit` of the users whose name or attributes contain `name`."""
    with state.lock:
        now = state.clock.time()
        return [_pool(pool, name.casefold(), limit, now) for pool in state.pools()]


def _pool(pool: Pool, name: str, limit: int, now: float) -> dict[str, Any]:
    clients = pool.clients.values()
    shown: list[dict[str, Any]] = []
    for user in pool.users.values():
        if len(shown) == limit:
            break
        if not name or _is_found(user, name):
            shown.append(_user(pool, user, now))
    return {
        "Id": pool.id,
        "Name": pool.name,
        "Region": pool.region,
        "MfaConfiguration": pool.mfa_config,
        "DeviceConfiguration": pool.device_configuration,
        "UsernameAttributes": pool.username_attributes,
        "AliasAttributes": pool.extended_config.get("AliasAttributes") or [],
        "Clients": [
            {
                "ClientId": client.id,
                "ClientName": client.extended_config.get("ClientName"),
                "HasSecret": bool(client.generate_secret),
                "ExplicitAuthFlows": client.extended_config.get("ExplicitAuthFlows") or [],
            }
            for client in clients
        ],
        "UserCount": len(pool.users),
        "Users": shown,
    }


def _is_found(user: User, name: str) -> bool:
    texts = [user.username, *map(str, user.attribute_lookup.values())]
    return any(name in text.casefold() for text in texts)


def _user(pool: Pool, user: User, now: float) -> dict[str, Any]:
    devices = pool.devices.every_of_user(user.id)
    shown: dict[str, Any] = {
        "Username": user.username,
        "UserStatus": UserStatus(user.status).value,
        "Enabled": user.enabled,
        "Attributes": dict(user.attribute_lookup),
        "MfaFactors": factors_of(pool, user),
        "DeviceCount": len(devices),
        "Devices": [_device(device) for device in reversed(devices[-_DEVICES:])],
    }
    if now < user.locked_until:
        shown["LockedUntil"] = user.locked_until
    return shown


def _device(device: Device) -> dict[str, Any]:
    """A device as JSON.

    `State` is ``issued`` (ConfirmDevice has not been called), ``remembered`` or ``not_remembered``.
    """
    return {
        "DeviceKey": device.key,
        "DeviceName": device.name,
        "State": device.status if device.confirmed else "issued",
        "HasVerifier": device.verifier is not None,
        "Created": device.created,
        "LastAuthenticated": device.last_authenticated,
        "LastIp": device.last_ip,
    }
