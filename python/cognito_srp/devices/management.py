"""The devices that Cognito knows of a user: list, look at, remember, forget.

Every function takes the user's `access_token`; or, for a client with IAM credentials, `pool_id` and
`username`, and then calls the operation's Admin form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..errors import InvalidInputError
from ..transport.calls import result, run, through_client
from ..transport.client import Client
from ..transport.operations import update_device_status_parameters
from ..transport.regions import check_region
from ..transport.steps import Call, Steps
from .checks import check_access_token, check_device_key, check_text

__all__ = [
    "DevicePage",
    "KnownDevice",
    "forget_device",
    "forget_device_steps",
    "get_device",
    "get_device_steps",
    "list_devices",
    "page_of_devices_steps",
    "update_device_status",
    "update_device_status_steps",
]

#: The most that Cognito puts on a page of ListDevices.
PAGE_SIZE: Final = 60


@dataclass(frozen=True, kw_only=True)
class KnownDevice:
    """A confirmed device, as the service describes it (``DeviceType``).

    ``remembered`` tells whether sign-ins with it replace the MFA challenge; None where the service
    does not say, which it does to the Admin forms. ``attributes`` are all that it said.
    """

    device_key: str
    name: str | None
    remembered: bool | None
    last_ip: str | None
    created: datetime | None
    last_modified: datetime | None
    last_authenticated: datetime | None
    attributes: Mapping[str, str]

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> KnownDevice:
        """A device as the service describes it.

        Args:
            description: A ``DeviceType``, as GetDevice and ListDevices return.

        Returns:
            The `KnownDevice`.
        """
        pairs = description.get("DeviceAttributes") or ()
        attributes = {pair["Name"]: pair.get("Value", "") for pair in pairs}
        status = attributes.get("dev:device_remembered_status")
        return cls(
            device_key=description["DeviceKey"],
            name=attributes.get("device_name"),
            remembered=None if status is None else status == "remembered",
            last_ip=attributes.get("last_ip_used"),
            created=description.get("DeviceCreateDate"),
            last_modified=description.get("DeviceLastModifiedDate"),
            last_authenticated=description.get("DeviceLastAuthenticatedDate"),
            attributes=attributes,
        )


@dataclass(frozen=True)
class DevicePage:
    """A page of ListDevices, and the token of the next if there is one."""

    devices: tuple[KnownDevice, ...]
    next_token: str | None


def get_device_steps(
    *,
    device_key: str,
    access_token: str | None = None,
    pool_id: str | None = None,
    username: str | None = None,
) -> Steps[KnownDevice]:
    """GetDevice: a device of the user.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        device_key: The device's, 1 to 55 characters.
        access_token: An access token of the user.
        pool_id: In the place of a token, for a client with IAM credentials: the user pool. The
            operation's Admin form is called.
        username: With `pool_id`, the user, by name or ``sub``.

    Returns:
        What the service says of the device.

    Raises:
        InvalidInputError: Something is certainly wrong, and nothing was sent.
        ServiceError: Cognito refused; a `ResourceNotFoundError` for a device that the user does not
            have.
        UnreachableError: No answer came.
    """
    owner = _DeviceOwner(access_token, pool_id, username)
    response = yield owner.call("GetDevice", DeviceKey=check_device_key(device_key))
    return KnownDevice.from_description(response["Device"])


def update_device_status_steps(
    *,
    device_key: str,
    remembered: bool,
    access_token: str | None = None,
    pool_id: str | None = None,
    username: str | None = None,
) -> Steps[None]:
    """UpdateDeviceStatus: let sign-ins with the device replace the MFA challenge, or not.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        device_key: The device's, 1 to 55 characters.
        remembered: Whether they do.
        access_token: As in `get_device`.
        pool_id: As in `get_device`.
        username: As in `get_device`.

    Raises:
        CognitoSrpError: As `get_device` does.
    """
    owner = _DeviceOwner(access_token, pool_id, username)
    status = update_device_status_parameters(
        device_key=check_device_key(device_key), remembered=remembered
    )
    yield owner.call("UpdateDeviceStatus", **status)


def forget_device_steps(
    *,
    device_key: str,
    access_token: str | None = None,
    pool_id: str | None = None,
    username: str | None = None,
) -> Steps[None]:
    """ForgetDevice: its key and its secret are of no use any more.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        device_key: The device's, 1 to 55 characters.
        access_token: As in `get_device`.
        pool_id: As in `get_device`.
        username: As in `get_device`.

    Raises:
        CognitoSrpError: As `get_device` does.
    """
    owner = _DeviceOwner(access_token, pool_id, username)
    yield owner.call("ForgetDevice", DeviceKey=check_device_key(device_key))


def page_of_devices_steps(
    *,
    access_token: str | None = None,
    pool_id: str | None = None,
    username: str | None = None,
    page_size: int = PAGE_SIZE,
    token: str | None = None,
) -> Steps[DevicePage]:
    """ListDevices: one page of the user's devices."""
    owner = _DeviceOwner(access_token, pool_id, username)
    page = {"PaginationToken": token} if token else {}
    response = yield owner.call("ListDevices", Limit=page_size, **page)
    devices = map(KnownDevice.from_description, response.get("Devices") or ())
    return DevicePage(tuple(devices), response.get("PaginationToken"))


def list_devices(
    client: Client,
    *,
    access_token: str | None = None,
    pool_id: str | None = None,
    username: str | None = None,
    page_size: int = PAGE_SIZE,
) -> Iterator[KnownDevice]:
    """ListDevices: all devices of the user, fetched page by page as they are taken.

    A pool that remembers devices on the user's word lists the remembered ones only.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        access_token: An access token of the user.
        pool_id: In the place of a token, for a client with IAM credentials: the user pool. That
            calls AdminListDevices.
        username: With `pool_id`, the user, by name or ``sub``.
        page_size: Devices on a page, 1 to 60.

    Returns:
        An iterator; a call is made when a page is begun.

    Raises:
        InvalidInputError: Something is certainly wrong, and nothing was sent.
        ServiceError: Cognito refused.
        UnreachableError: No answer came.
    """
    check_region(client, pool_id)
    token: str | None = None
    while True:
        page = run(
            client,
            page_of_devices_steps(
                access_token=access_token,
                pool_id=pool_id,
                username=username,
                page_size=page_size,
                token=token,
            ),
        )
        yield from page.devices
        token = page.next_token
        if token is None:
            return


@dataclass(frozen=True)
class _DeviceOwner:
    """Whose devices: those of who has the token, or of a user of a pool."""

    access_token: str | None
    pool_id: str | None
    username: str | None

    def call(self, operation: str, **parameters: Any) -> Call:
        """A call about this user's devices."""
        if self.access_token is not None:
            if self.pool_id is not None or self.username is not None:
                rule = "and pool_id with username exclude each other"
                raise InvalidInputError("access_token", rule, "pass the one or the other")
            owner = {"AccessToken": check_access_token(self.access_token)}
            return Call(operation, {**owner, **parameters})
        fix = "pass access_token, or pool_id and username"
        owner = {
            "UserPoolId": check_text("pool_id", self.pool_id or "", fix),
            "Username": check_text("username", self.username or "", fix),
        }
        return Call(f"Admin{operation}", {**owner, **parameters})


get_device = through_client(get_device_steps, result)
update_device_status = through_client(update_device_status_steps, result)
forget_device = through_client(forget_device_steps, result)
