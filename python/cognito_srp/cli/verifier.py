"""``cognito-srp verifier``: the verifier of one device, for ConfirmDevice."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..devices.verifiers import DeviceVerifier, create_device_verifier
from ..errors import InvalidInputError
from ..srp.encoding import from_hex
from ..storage.secret_files import save_secret
from .options import add_output_options, add_secret_option
from .output import write
from .secret_input import DEVICE_PASSWORD, read_secret
from .streams import printing

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]

_EPILOG = """\
Without --save, a random device password is printed as RememberedDevice: keep it, or the device
can never sign in. With --save it is only in FILE.

  cognito-srp verifier --device-key "$KEY" --device-group-key "$GROUP" --shorthand --save dev.json
"""


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = "Make the verifier and salt that ConfirmDevice takes."
    parser.epilog = _EPILOG
    parser.add_argument("--device-key", required=True, help="NewDeviceMetadata's DeviceKey")
    parser.add_argument(
        "--device-group-key", required=True, help="its DeviceGroupKey; may begin with -"
    )
    add_secret_option(parser, DEVICE_PASSWORD)
    parser.add_argument("--salt", type=_salt, metavar="HEX", help="1 to 64 bytes (default: random)")
    parser.add_argument(
        "--save",
        metavar="FILE",
        help="keep what the device signs in with in a new FILE, mode 0600, as JSON",
    )
    parser.add_argument(
        "--shorthand",
        action="store_true",
        help="print what `aws cognito-idp confirm-device --device-secret-verifier-config` takes",
    )
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    password = read_secret(DEVICE_PASSWORD, arguments.device_password_file)
    kept = arguments.save is not None or password is not None
    if arguments.shorthand and not kept:
        rule = "would lose the device's password, without which it can never sign in"
        raise InvalidInputError("--shorthand", rule, "add --save FILE")
    verifier = create_device_verifier(
        device_group_key=arguments.device_group_key,
        device_key=arguments.device_key,
        device_password=password,
        salt=arguments.salt,
    )
    # The service would take a wrong verifier without a word.
    verifier.recompute()
    device = verifier.remembered()
    if device is not None and arguments.save is not None:
        save_secret(arguments.save, device.to_json())
    if arguments.shorthand:
        with printing():
            print(_shorthand(verifier))
    else:
        write(arguments, _document(verifier, with_secret=not kept))
    return 0


def _document(verifier: DeviceVerifier, *, with_secret: bool) -> dict[str, Any]:
    """Without the secret it is what ``aws cognito-idp confirm-device --cli-input-json`` takes."""
    document: dict[str, Any] = {
        "DeviceKey": verifier.device_key,
        "DeviceSecretVerifierConfig": verifier.as_config(),
    }
    if with_secret:
        document["RememberedDevice"] = {
            "device_key": verifier.device_key,
            "device_group_key": verifier.device_group_key,
            "device_password": verifier.device_password,
        }
    return document


def _shorthand(verifier: DeviceVerifier) -> str:
    """The AWS CLI's shorthand. Its grammar takes base64 as it is, the ``=`` at the end too."""
    return ",".join(f"{name}={value}" for name, value in verifier.as_config().items())


def _salt(text: str) -> bytes:
    """As Cognito writes salts: hex, perhaps with an odd number of digits."""
    try:
        salt = from_hex(text)
    except ValueError:
        raise argparse.ArgumentTypeError("is not hexadecimal; write two digits a byte") from None
    return salt.to_bytes(max(1, -(-salt.bit_length() // 8)), "big")
