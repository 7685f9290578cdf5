"""``cognito-srp sign-in --refresh``: new tokens from a refresh token that was kept."""

from __future__ import annotations

import argparse
from typing import Final

from ..devices.checks import check_device_key
from ..devices.verifiers import RememberedDevice
from ..errors import InvalidInputError
from ..signin import Session, sign_in
from ..transport.client import Client
from .challenges import SECRETS
from .options import add_secret_option
from .secret_input import CLIENT_SECRET, REFRESH_TOKEN, read_secret

__all__ = ["OLDER_FLOW", "add_refresh_options", "check_refresh", "refresh"]

#: For app clients whose refresh tokens do not rotate.
OLDER_FLOW: Final = "REFRESH_TOKEN_AUTH"
#: What a sign-in takes and a refresh has no use for, as argparse names it.
_OF_A_SIGN_IN: Final = ("save_device", "device_name", "remember", "preferred_challenge")


def add_refresh_options(parser: argparse.ArgumentParser) -> None:
    """``--refresh``, its token, and the key that a tracked device's tokens are renewed with."""
    parser.add_argument(
        "--refresh", action="store_true", help="no sign-in: print new tokens for a refresh token"
    )
    add_secret_option(parser, REFRESH_TOKEN)
    parser.add_argument(
        "--device-key",
        metavar="KEY",
        help="with --refresh: of the token's device, where --device is not at hand",
    )


def check_refresh(arguments: argparse.Namespace) -> None:
    """Raise `InvalidInputError` for what --refresh excludes, and for what goes with it alone."""
    if not arguments.refresh:
        for name in ("device_key", REFRESH_TOKEN.file_argument):
            if _has(arguments, name):
                raise InvalidInputError(_option(name), "goes with --refresh only", "leave it out")
        if arguments.auth_flow == OLDER_FLOW:
            raise InvalidInputError("--auth-flow", f"{OLDER_FLOW} refreshes", "add --refresh")
        if arguments.username is None:
            fix = "pass the user's name or an alias; only --refresh goes without"
            raise InvalidInputError("--username", "is missing", fix)
        return
    secrets = [secret.file_argument for secret in SECRETS]
    for name in (*_OF_A_SIGN_IN, *secrets):
        if _has(arguments, name):
            raise InvalidInputError(_option(name), "has no place in --refresh", "leave it out")
    if arguments.auth_flow not in (None, OLDER_FLOW):
        fix = f"leave it out, or pass {OLDER_FLOW}"
        raise InvalidInputError("--auth-flow", "has no place in --refresh", fix)
    if arguments.device_key is not None:
        check_device_key(arguments.device_key)


def refresh(
    arguments: argparse.Namespace, client: Client, device: RememberedDevice | None
) -> Session:
    """The session with its new tokens."""
    return sign_in(
        client,
        pool_id=arguments.user_pool_id,
        client_id=arguments.client_id,
        client_secret=read_secret(CLIENT_SECRET, arguments.client_secret_file),
        username=arguments.username,
        refresh_token=read_secret(REFRESH_TOKEN, arguments.refresh_token_file),
        device=device,
        device_key=arguments.device_key,
        auth_flow=arguments.auth_flow,
        admin=arguments.admin,
    )


def _has(arguments: argparse.Namespace, name: str) -> bool:
    return getattr(arguments, name) is not None


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
