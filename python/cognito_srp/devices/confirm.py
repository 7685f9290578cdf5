"""ConfirmDevice, and UpdateDeviceStatus where it has to follow."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidInputError
from ..transport.calls import result, through_client
from ..transport.operations import confirm_device_call, update_device_status_parameters
from ..transport.steps import Call, Steps
from .checks import check_access_token, check_device_key, check_device_name
from .verifiers import DeviceVerifier, RememberedDevice, create_device_verifier

__all__ = [
    "ConfirmedDevice",
    "confirm_device",
    "confirm_device_steps",
    "enroll_device",
    "enroll_device_steps",
]


@dataclass(frozen=True)
class ConfirmedDevice:
    """A device that Cognito has confirmed.

    ``device`` is what it needs to sign in, None when it was confirmed without a secret known
    here. ``user_confirmation_necessary`` is the service's: the pool remembers devices only on the
    user's word. ``remembered`` tells whether a sign-in with it replaces the MFA challenge now.
    """

    device: RememberedDevice | None
    user_confirmation_necessary: bool
    remembered: bool


def confirm_device_steps(
    *,
    access_token: str,
    verifier: DeviceVerifier | None = None,
    device_key: str | None = None,
    device_name: str | None = None,
    remember: bool | None = None,
) -> Steps[ConfirmedDevice]:
    """Confirm a device with its verifier, or by its key alone, which gives it no secret.

    The verifier is first computed again on another engine, because ConfirmDevice accepts a wrong
    one silently.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        access_token: The user's, with the scope ``aws.cognito.signin.user.admin``.
        verifier: What `create_device_verifier` made, or `DeviceVerifier.from_config`.
        device_key: In the place of a verifier, 1 to 55 characters.
        device_name: 1 to 1,024 characters, to show to the user.
        remember: The answer to the question that the pool may ask the user, sent with
            UpdateDeviceStatus; None leaves it open.

    Returns:
        The `ConfirmedDevice`; its ``device`` is what to keep.

    Raises:
        InvalidInputError: Something is certainly wrong, and nothing was sent.
        VerifierFaultError: The engines disagree, and nothing was sent.
        ServiceError: Cognito refused.
        UnreachableError: No answer came; the device may be confirmed all the same.

    Each carries ``.verifier``: send the very same one again. One whose ``.operation`` is
    UpdateDeviceStatus came after the device was confirmed: only `update_device_status` is left
    to do.
    """
    try:
        check_access_token(access_token)
        check_device_name(device_name)
        key = _key_of(verifier, device_key)
        config = None
        if verifier is not None:
            verifier.recompute()
            config = verifier.as_config()
        response = yield confirm_device_call(
            access_token=access_token, device_key=key, config=config, device_name=device_name
        )
        necessary = bool(response.get("UserConfirmationNecessary", False))
        if necessary and remember is not None:
            status = update_device_status_parameters(device_key=key, remembered=remember)
            yield Call("UpdateDeviceStatus", {"AccessToken": access_token, **status})
    except BaseException as error:
        # Ctrl-C included: the request may be on its way, and the secret must not be lost.
        error.verifier = verifier  # type: ignore[attr-defined]
        raise
    return ConfirmedDevice(
        device=verifier.remembered() if verifier is not None else None,
        user_confirmation_necessary=necessary,
        remembered=bool(remember) if necessary else True,
    )


def _key_of(verifier: DeviceVerifier | None, device_key: str | None) -> str:
    """The key of what is to be confirmed; a verifier's was checked when it was made."""
    if verifier is not None and device_key is None:
        return verifier.device_key
    if verifier is None and device_key is not None:
        return check_device_key(device_key)
    rule = "needs either a verifier or a device_key"
    raise InvalidInputError("verifier", rule, "pass one of the two")


def enroll_device_steps(
    *,
    access_token: str,
    device_group_key: str,
    device_key: str,
    device_name: str | None = None,
    remember: bool | None = None,
) -> Steps[ConfirmedDevice]:
    """Give a new device a random secret and confirm it.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        access_token: The user's, with the scope ``aws.cognito.signin.user.admin``.
        device_group_key: NewDeviceMetadata's DeviceGroupKey.
        device_key: NewDeviceMetadata's DeviceKey, 1 to 55 characters.
        device_name: 1 to 1,024 characters, to show to the user.
        remember: As for `confirm_device`.

    Returns:
        The `ConfirmedDevice`; its ``device`` is what to keep.

    Raises:
        CognitoSrpError: As `confirm_device` does. Any after the verifier was made carries it as
            ``.verifier``, for `confirm_device` to send again.
    """
    verifier = create_device_verifier(device_group_key=device_group_key, device_key=device_key)
    confirmed = yield from confirm_device_steps(
        access_token=access_token, verifier=verifier, device_name=device_name, remember=remember
    )
    return confirmed


confirm_device = through_client(confirm_device_steps, result)
enroll_device = through_client(enroll_device_steps, result)
