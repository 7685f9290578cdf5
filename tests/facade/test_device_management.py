"""The devices that Cognito knows of a user, with a token and with IAM credentials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import keyring
import pytest
from support.people import PASSWORD, Someone, enter

from cognito_srp import (
    InvalidInputError,
    KnownDevice,
    RememberedDevice,
    ResourceNotFoundError,
    forget_device,
    get_device,
    list_devices,
    update_device_status,
)
from cognito_srp.local import LocalCognito, LocalPool

Newcomer = Callable[[LocalPool], Someone]


@pytest.fixture(params=["by token", "by IAM"])
def owned(request: pytest.FixtureRequest, client: Any, cognito: LocalCognito) -> dict[str, Any]:
    """Whose devices: five of them, named in Greek."""
    pool = cognito.create_pool(remember_devices="opt-in")
    username = pool.create_user("zoë", PASSWORD)
    for number in range(5):
        session = enter(client, pool, username)
        session.enroll_device(device_name=f"συσκευή {number}", remember=True)
    if request.param == "by token":
        return {"access_token": session.tokens.access_token}
    return {"pool_id": pool.pool_id, "username": username}


@pytest.mark.parametrize("page_size", [1, 2, 5, 60])
def test_all_devices_page_by_page(client: Any, owned: dict[str, Any], page_size: int) -> None:
    devices = list(list_devices(client, page_size=page_size, **owned))
    assert [device.name for device in devices] == [f"συσκευή {n}" for n in range(5)]
    assert len({device.device_key for device in devices}) == 5


def test_pages_are_fetched_as_they_are_taken(client: Any, owned: dict[str, Any]) -> None:
    calls: list[str] = []
    client.meta.events.register("before-call", lambda model, **_: calls.append(model.name), "count")
    try:
        assert next(list_devices(client, page_size=2, **owned)).name == "συσκευή 0"
    finally:
        client.meta.events.unregister("before-call", unique_id="count")
    assert len(calls) == 1


def test_look_remember_and_forget(client: Any, owned: dict[str, Any]) -> None:
    first, second, *_ = list_devices(client, **owned)
    key = second.device_key
    assert get_device(client, device_key=key, **owned) == second
    assert isinstance(second.created, datetime)
    assert second.last_ip == "127.0.0.1"
    says = "pool_id" in owned
    assert (first.remembered, second.remembered) == ((True, True) if says else (None, None))
    update_device_status(client, device_key=key, remembered=False, **owned)
    assert get_device(client, device_key=key, **owned).remembered == (False if says else None)
    # Of a pool that remembers on the user's word, ListDevices shows what is remembered.
    assert [d.device_key for d in list_devices(client, **owned)].count(key) == says
    forget_device(client, device_key=key, **owned)
    with pytest.raises(ResourceNotFoundError):
        get_device(client, device_key=key, **owned)
    assert [d.device_key for d in list_devices(client, **owned)].count(key) == 0


def test_a_device_without_attributes() -> None:
    device = KnownDevice.from_description({"DeviceKey": "eu_1"})
    assert (device.name, device.remembered, device.attributes) == (None, None, {})


@pytest.mark.parametrize(
    ("owner", "field"),
    [
        ({}, "pool_id"),
        ({"pool_id": "eu_x"}, "username"),
        ({"access_token": "t", "username": "ann"}, "access_token"),
        ({"access_token": "t", "pool_id": "eu_x"}, "access_token"),
        ({"access_token": "not a token"}, "access_token"),
    ],
)
def test_whose_devices_has_to_be_clear(owner: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        next(list_devices(None, **owner))  # type: ignore[arg-type]
    assert caught.value.field == field
    changes: list[Callable[..., object]] = [get_device, forget_device]
    for change in changes:
        with pytest.raises(InvalidInputError):
            change(None, device_key="eu_1", **owner)


@pytest.mark.usefixtures("own_keyring")
def test_a_remembered_device_in_the_keyring() -> None:
    device = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password="geheim-ü")
    assert RememberedDevice.from_keyring("app", "zoë") is None
    device.to_keyring("app", "zoë")
    assert RememberedDevice.from_keyring("app", "zoë") == device
    newer = RememberedDevice(device_key="eu_2", device_group_key="-g", device_password="p")
    newer.to_keyring("app", "zoë")
    assert RememberedDevice.from_keyring("app", "zoë") == newer
    keyring.set_password("app", "other", "a secret that is no device")
    with pytest.raises(InvalidInputError, match="not the JSON of a remembered device") as caught:
        RememberedDevice.from_keyring("app", "other")
    assert "a secret" not in str(caught.value)
    assert caught.value.__context__ is None
