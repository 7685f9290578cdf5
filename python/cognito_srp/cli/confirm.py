"""``cognito-srp confirm``: give a device its secret, without ever losing it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..devices.checks import check_access_token, check_device_name
from ..devices.confirm import confirm_device
from ..devices.management import update_device_status
from ..devices.verifiers import DeviceVerifier, RememberedDevice, create_device_verifier
from ..errors import CallError, DeviceKeyExistsError, InvalidInputError
from ..srp.encoding import read_json
from ..storage.secret_files import save_secret
from ..transport.client import Client
from .client import make_client
from .device_places import read_device
from .failures import CONFIRMED_BEFORE, note
from .options import add_aws_options, add_output_options, add_secret_option, decoded_text
from .output import write
from .progress import progress
from .secret_input import ACCESS_TOKEN, STDIN, read_secret

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]

#: What `cognito-srp verifier` always prints.
_PRINTED = {"DeviceKey", "DeviceSecretVerifierConfig"}

_EPILOG = """\
The secret is in FILE, and durable, before anything is sent. Whatever happens then (no answer, an
expired token, a power cut), --resume FILE sends it again.

  cognito-srp confirm --device-key "$KEY" --device-group-key "$GROUP" --save dev.json
  cognito-srp confirm --resume dev.json
"""


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Call ConfirmDevice for a device with a new secret, with one that an earlier "
        "attempt saved, or with a verifier that `cognito-srp verifier` printed."
    )
    parser.epilog = _EPILOG
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--device-key", help="make a new secret for this NewDeviceMetadata")
    source.add_argument("--resume", metavar="FILE", help="send the secret that --save has kept")
    source.add_argument(
        "--verifier", metavar="FILE", help="send what `verifier` printed; - for stdin"
    )
    parser.add_argument(
        "--device-group-key", help="with --device-key: NewDeviceMetadata's other key"
    )
    parser.add_argument(
        "--save", metavar="FILE", help="with --device-key: keep the secret in a new FILE, mode 0600"
    )
    add_secret_option(parser, ACCESS_TOKEN)
    parser.add_argument(
        "--device-name", type=decoded_text, help="name to show to the user, 1 to 1,024 characters"
    )
    parser.add_argument(
        "--remember",
        action=argparse.BooleanOptionalAction,
        help="the user's answer, where the pool asks whether to remember the device",
    )
    add_aws_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    # All that can be wrong is found before a secret is written or sent.
    _check_combination(arguments)
    check_device_name(arguments.device_name)
    verifier = _make_verifier(arguments)
    token = check_access_token(read_secret(ACCESS_TOKEN, arguments.access_token_file) or "")
    client = make_client(arguments, device_key=verifier.device_key, access_token=token)
    device = verifier.remembered()
    if arguments.save is not None and device is not None:
        save_secret(arguments.save, device.to_json())
    try:
        with progress("Confirming the device"):
            code, document = _confirm(arguments, client, token, verifier)
    except BaseException as error:
        _say_how_to_go_on(arguments, error)
        raise
    write(arguments, document)
    return code


def _check_combination(arguments: argparse.Namespace) -> None:
    if arguments.device_key is None:
        for name in ("device_group_key", "save"):
            if getattr(arguments, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise InvalidInputError(option, "goes with --device-key only", "leave it out")
    elif arguments.device_group_key is None:
        fix = "add --device-group-key, NewDeviceMetadata's other key"
        raise InvalidInputError("--device-key", "needs the group key as well", fix)
    elif arguments.save is None:
        rule = "makes a secret without which the device can never sign in"
        raise InvalidInputError("--device-key", rule, "add --save FILE to keep it")
    if arguments.verifier == STDIN == arguments.access_token_file:
        raise InvalidInputError("stdin", "holds one thing only", "put the other into a file")


def _make_verifier(arguments: argparse.Namespace) -> DeviceVerifier:
    if arguments.verifier is not None:
        return _read_verifier(arguments.verifier)
    if arguments.resume is None:
        return create_device_verifier(
            device_group_key=arguments.device_group_key, device_key=arguments.device_key
        )
    device = read_device(arguments.resume)
    # The password is the secret and stays; with a new salt it is as good. Cognito hands the salt
    # that it keeps back at sign-in, so it does not matter which of the two verifiers it took.
    return create_device_verifier(
        device_group_key=device.device_group_key,
        device_key=device.device_key,
        device_password=device.device_password,
    )


def _read_verifier(path: str) -> DeviceVerifier:
    """What ``cognito-srp verifier`` printed, with or without the secret."""
    data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    try:
        document = read_json(data)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not _PRINTED <= document.keys():
        raise _not_a_verifier()
    key, config = document["DeviceKey"], document["DeviceSecretVerifierConfig"]
    secret = document.get("RememberedDevice")
    if secret is None:
        return DeviceVerifier.from_config(device_key=key, config=config)
    device = RememberedDevice.from_json(json.dumps(secret))
    if device.device_key != key:
        raise _not_a_verifier()
    return DeviceVerifier.from_config(
        device_key=key,
        config=config,
        device_group_key=device.device_group_key,
        device_password=device.device_password,
    )


def _not_a_verifier() -> InvalidInputError:
    rule, fix = "is not what `cognito-srp verifier` prints", "pass its JSON as it came"
    return InvalidInputError("--verifier", rule, fix)


def _confirm(
    arguments: argparse.Namespace, client: Client, token: str, verifier: DeviceVerifier
) -> tuple[int, dict[str, Any]]:
    """The exit code and what to print."""
    try:
        confirmed = confirm_device(
            client,
            access_token=token,
            verifier=verifier,
            device_name=arguments.device_name,
            remember=arguments.remember,
        )
    except DeviceKeyExistsError as error:
        note(str(error))
        return CONFIRMED_BEFORE, _remember(arguments, client, token, verifier.device_key)
    return 0, {
        "DeviceKey": verifier.device_key,
        "ConfirmedBefore": False,
        "UserConfirmationNecessary": confirmed.user_confirmation_necessary,
        "Remembered": confirmed.remembered,
    }


def _remember(
    arguments: argparse.Namespace, client: Client, token: str, device_key: str
) -> dict[str, Any]:
    """Give the user's answer for a device that was confirmed before.

    The attempt that confirmed it may have ended before it could give the answer.
    """
    if arguments.remember is not None:
        update_device_status(
            client, access_token=token, device_key=device_key, remembered=arguments.remember
        )
    return {
        "DeviceKey": device_key,
        "ConfirmedBefore": True,
        "UserConfirmationNecessary": None,
        "Remembered": arguments.remember,
    }


def _say_how_to_go_on(arguments: argparse.Namespace, error: BaseException) -> None:
    if isinstance(error, CallError) and error.operation == "UpdateDeviceStatus":
        note("the device is confirmed; only the user's answer did not get through")
    kept = arguments.save or arguments.resume
    if kept is not None:
        note(f"the device's secret is kept: finish with --resume {kept}")
