"""``cognito-srp sign-in``: a user's tokens, with a remembered device or a new one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from ..devices.checks import check_device_name
from ..devices.confirm import confirm_device
from ..devices.verifiers import RememberedDevice, create_device_verifier
from ..errors import CallError, InvalidInputError
from ..signin import Session, begin_sign_in
from ..transport.client import Client
from .challenges import SECRETS, Person
from .client import make_client
from .device_places import DevicePlace, device_place
from .failures import note
from .options import add_aws_options, add_output_options, add_secret_option, decoded_text
from .output import write
from .refresh import OLDER_FLOW, add_refresh_options, check_refresh, refresh
from .secret_input import (
    CLIENT_SECRET,
    PASSWORD,
    REFRESH_TOKEN,
    STDIN,
    USER_PASSWORD,
    read_secret,
)

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]

#: These may go without a password, so that it is asked for only when the service wants it.
_MAYBE_WITHOUT: Final = ("USER_AUTH", "CUSTOM_AUTH")
_FLOWS: Final = (
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    *_MAYBE_WITHOUT,
    OLDER_FLOW,
)

_EPILOG = """\
Passwords and codes are asked for, without an echo, unless a file or the environment has them. Tokens
are printed with --show-tokens or --refresh only. PLACE is a file (mode 0600) or keyring:NAME.

  cognito-srp sign-in --user-pool-id "$POOL" --client-id "$CLIENT" --username ann --save-device ann.json
  cognito-srp sign-in --user-pool-id "$POOL" --client-id "$CLIENT" --username ann --device ann.json \\
      --show-tokens --query AccessToken --output text | cognito-srp devices list --access-token-file -
  cognito-srp sign-in --user-pool-id "$POOL" --client-id "$CLIENT" --refresh --device ann.json \\
      --refresh-token-file token.txt --query AccessToken --output text
"""  # noqa: E501 - commands are not broken


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Sign a user in through every challenge that a person can answer; with a "
        "remembered device, or remembering a new one."
    )
    parser.epilog = _EPILOG
    for option, what in (
        ("--user-pool-id", "such as us-east-1_AbCdEfGhI"),
        ("--client-id", "the app client's id"),
        ("--username", "the user's name or an alias"),
    ):
        parser.add_argument(option, required=option != "--username", help=what)
    parser.add_argument(
        "--auth-flow",
        metavar="FLOW",
        choices=_FLOWS,
        help=f"one of {', '.join(_FLOWS)} (default {_FLOWS[0]})",
    )
    parser.add_argument(
        "--admin", action="store_true", help="by AdminInitiateAuth, signed with IAM"
    )
    parser.add_argument(
        "--preferred-challenge", metavar="NAME", help="in USER_AUTH: such as EMAIL_OTP"
    )
    for secret in (*SECRETS, CLIENT_SECRET):
        add_secret_option(parser, secret)
    parser.add_argument(
        "--device", metavar="PLACE", type=device_place, help="sign in with the device kept there"
    )
    parser.add_argument(
        "--save-device",
        metavar="PLACE",
        type=device_place,
        help="enroll this device, keep it there",
    )
    parser.add_argument(
        "--device-name", type=decoded_text, help="with --save-device: name to show to the user"
    )
    parser.add_argument(
        "--remember",
        action=argparse.BooleanOptionalAction,
        help="with --save-device: the user's answer, where the pool asks",
    )
    add_refresh_options(parser)
    parser.add_argument("--show-tokens", action="store_true", help="print the tokens as well")
    add_aws_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    _check_combination(arguments)
    device = arguments.device.load() if arguments.device is not None else None
    client = make_client(arguments, signed=arguments.admin, pool_id=arguments.user_pool_id)
    flow = arguments.auth_flow or "USER_SRP_AUTH"
    if arguments.refresh:
        # One that has rotated must not be lost.
        write(arguments, _describe(refresh(arguments, client, device), with_tokens=True))
        return 0
    password = read_secret(
        PASSWORD if flow in _MAYBE_WITHOUT else USER_PASSWORD, arguments.password_file
    )
    progress = begin_sign_in(
        client,
        pool_id=arguments.user_pool_id,
        client_id=arguments.client_id,
        username=arguments.username,
        password=password,
        client_secret=read_secret(CLIENT_SECRET, arguments.client_secret_file),
        device=device,
        auth_flow=flow,
        admin=arguments.admin,
        preferred_challenge=arguments.preferred_challenge,
    )
    session = Person(client, arguments).go_through(progress)
    if session.device_forgotten:
        note("the service has forgotten the device: this was a sign-in without it")
    if arguments.save_device is not None:
        _enroll(arguments, client, session, arguments.save_device)
    write(arguments, _describe(session, with_tokens=arguments.show_tokens))
    return 0


def _check_combination(arguments: argparse.Namespace) -> None:
    """All that can be wrong is found before anything is asked or sent."""
    check_device_name(arguments.device_name)
    check_refresh(arguments)
    if arguments.save_device is not None:
        arguments.save_device.check_free()
    else:
        for name in ("device_name", "remember"):
            if getattr(arguments, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise InvalidInputError(option, "goes with --save-device only", "leave it out")
    files = [
        getattr(arguments, secret.file_argument)
        for secret in (*SECRETS, CLIENT_SECRET, REFRESH_TOKEN)
    ]
    if files.count(STDIN) > 1:
        raise InvalidInputError("stdin", "holds one thing only", "put the others into files")


def _enroll(
    arguments: argparse.Namespace, client: Client, session: Session, place: DevicePlace
) -> None:
    """Confirm a new device whose secret is durable before anything is sent."""
    if session.new_device is None:
        note("no device was enrolled: the pool tracks none, or the one given is known already")
        return
    verifier = create_device_verifier(
        device_group_key=session.new_device.device_group_key,
        device_key=session.new_device.device_key,
    )
    device = verifier.remembered()
    assert isinstance(device, RememberedDevice)  # noqa: S101 - our own verifier knows its secret
    place.save(device)
    try:
        confirmed = confirm_device(
            client,
            access_token=session.tokens.access_token,
            verifier=verifier,
            device_name=arguments.device_name,
            remember=arguments.remember,
        )
    except CallError:
        note(
            f"the device's secret is kept in {place.text}; sign in with --device {place.text} to "
            "find out whether it is confirmed"
        )
        raise
    session.device = device
    if confirmed.user_confirmation_necessary and arguments.remember is None:
        note("the pool asks whether to remember the device: add --remember or --no-remember")


def _describe(session: Session, *, with_tokens: bool) -> dict[str, Any]:
    """What goes to stdout. A device key that nobody has used is of use with the tokens only."""
    tokens, new = session.tokens, session.new_device
    device = session.device
    device_key = device.device_key if device is not None else session.request.device_key
    described: dict[str, Any] = {
        "Username": session.username,
        "DeviceKey": device_key,
        "DeviceForgotten": session.device_forgotten,
        "ExpiresIn": tokens.expires_in,
    }
    if not with_tokens:
        return described
    if new is not None and session.device is None:
        keys = {"DeviceKey": new.device_key, "DeviceGroupKey": new.device_group_key}
        described["NewDeviceMetadata"] = keys
    return described | {
        "AccessToken": tokens.access_token,
        "IdToken": tokens.id_token,
        "RefreshToken": tokens.refresh_token,
        "TokenType": tokens.token_type,
    }
