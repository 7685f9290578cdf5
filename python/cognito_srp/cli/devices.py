"""``cognito-srp devices``: the devices that Cognito knows of a user."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from ..devices.checks import check_access_token
from ..devices.management import (
    KnownDevice,
    forget_device,
    get_device,
    list_devices,
    update_device_status,
)
from ..errors import InvalidInputError
from ..transport.client import Client
from .client import make_client
from .from_options import add_from_options, check_from_options
from .options import add_aws_options, add_output_options, add_secret_option
from .output import time_text, write, write_table
from .progress import progress
from .secret_input import ACCESS_TOKEN, read_secret

if TYPE_CHECKING:
    from .parser import Commands, Parser

__all__ = ["set_up"]

_KEY = "such as us-east-1_01234567-..."

_EPILOG = """\
Whose devices: those of the access token's user, or, with AWS credentials, those of --username in
--user-pool-id.

  cognito-srp devices list --output table
  cognito-srp devices forget --device-key "$KEY" --user-pool-id "$POOL" --username ann

With --from, AWS credentials and the Admin forms do it for every device of a file, and --username
stands in for rows that name no user. Each outcome is kept: --resume goes on where a run has ended.

  cognito-srp devices forget --from enrolled.jsonl --user-pool-id "$POOL"
  cognito-srp devices forget --from enrolled.jsonl --user-pool-id "$POOL" --resume
"""


class _Owner(TypedDict, total=False):
    """Whose devices they are, as the library takes it."""

    access_token: str
    pool_id: str
    username: str


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = "What Cognito knows of a user's devices, and a say in it."
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(metavar="ACTION", required=True, title="actions")
    _add_action(actions, "list", _list, "list all of them")
    _add_action(actions, "get", _get, "show one")
    remember = _add_action(
        actions, "remember", _remember, "let one, or all of a file, stand in for the MFA code"
    )
    remember.add_argument(
        "--device-remembered-status",
        choices=("remembered", "not_remembered"),
        default="remembered",
        help="not_remembered takes it back",
    )
    _add_action(
        actions, "forget", _forget, "forget one, or all of a file: its secret is of no use then"
    )


def _add_action(
    actions: Commands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    what: str,
) -> Parser:
    parser = actions.add_parser(name, help=what, description=f"{what.capitalize()}.")
    if name == "get":
        parser.add_argument("--device-key", required=True, help=_KEY)
    elif name != "list":
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--device-key", help=_KEY)
        which.add_argument(
            "--from",
            dest="source",
            metavar="FILE",
            help="all devices of a file: what `enroll --save` wrote, its input, or any other "
            ".jsonl, .csv or .parquet with device_key and username",
        )
        add_from_options(parser)
    add_secret_option(parser, ACCESS_TOKEN)
    parser.add_argument("--user-pool-id", help="with --username: by the Admin form; or with --from")
    parser.add_argument(
        "--username", help="with --user-pool-id; or with --from: of rows that name no user"
    )
    add_aws_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)
    return parser


def _owner(arguments: argparse.Namespace) -> _Owner:
    pool_id, username = arguments.user_pool_id, arguments.username
    if (pool_id is None) != (username is None):
        rule = "go together"
        raise InvalidInputError("--user-pool-id and --username", rule, "pass both or neither")
    if pool_id is None:
        token = read_secret(ACCESS_TOKEN, arguments.access_token_file)
        return {"access_token": check_access_token(token or "")}
    if arguments.access_token_file is not None:
        fix = "leave one of them out"
        raise InvalidInputError("--access-token-file", "excludes --user-pool-id", fix)
    return {"pool_id": pool_id, "username": username}


def _client(arguments: argparse.Namespace, owner: _Owner) -> Client:
    return make_client(
        arguments,
        signed="username" in owner,
        pool_id=owner.get("pool_id"),
        device_key=getattr(arguments, "device_key", None),
        access_token=owner.get("access_token"),
    )


def _list(arguments: argparse.Namespace) -> int:
    owner = _owner(arguments)
    client = _client(arguments, owner)
    with progress("Listing devices"):
        devices = list(list_devices(client, **owner))
    if arguments.output == "table" and arguments.query is None:
        write_table(_COLUMNS, [_row(device) for device in devices])
    else:
        write(arguments, {"Devices": [_describe(device) for device in devices]})
    return 0


def _get(arguments: argparse.Namespace) -> int:
    owner = _owner(arguments)
    client = _client(arguments, owner)
    write(arguments, _describe(get_device(client, device_key=arguments.device_key, **owner)))
    return 0


def _remember(arguments: argparse.Namespace) -> int:
    check_from_options(arguments)
    remembered = arguments.device_remembered_status == "remembered"
    if arguments.source is not None:
        from .devices_from import Remember, run_from  # what enrolls takes long to import

        return run_from(arguments, Remember(arguments.device_remembered_status))
    owner = _owner(arguments)
    client = _client(arguments, owner)
    key = arguments.device_key
    update_device_status(client, device_key=key, remembered=remembered, **owner)
    write(arguments, {"DeviceKey": key, "Remembered": remembered})
    return 0


def _forget(arguments: argparse.Namespace) -> int:
    check_from_options(arguments)
    if arguments.source is not None:
        from .devices_from import Forget, run_from

        return run_from(arguments, Forget())
    owner = _owner(arguments)
    client = _client(arguments, owner)
    forget_device(client, device_key=arguments.device_key, **owner)
    write(arguments, {"DeviceKey": arguments.device_key, "Forgotten": True})
    return 0


_COLUMNS = ("Device key", "Name", "Remembered", "Last signed in", "Last IP")


def _row(device: KnownDevice) -> tuple[str, ...]:
    known = "" if device.remembered is None else ("yes" if device.remembered else "no")
    last = _time(device.last_authenticated) or ""
    return device.device_key, device.name or "", known, last, device.last_ip or ""


def _describe(device: KnownDevice) -> dict[str, Any]:
    """`Remembered` is null where the service does not say: it tells the Admin forms only."""
    return {
        "DeviceKey": device.device_key,
        "DeviceName": device.name,
        "Remembered": device.remembered,
        "LastIp": device.last_ip,
        "Created": _time(device.created),
        "LastModified": _time(device.last_modified),
        "LastAuthenticated": _time(device.last_authenticated),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)
