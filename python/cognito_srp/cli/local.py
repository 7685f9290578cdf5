"""``cognito-srp local``: a Cognito of one's own, until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import json
import secrets
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInputError
from ..storage.secret_files import check_replaceable
from .failures import UnavailableError, note
from .fault_rules import SYNTAX, parse_fault
from .local_log import add_log_options, log_shown
from .options import add_secret_option, bounded_int
from .secret_input import PASSWORD, read_secret
from .streams import printing

if TYPE_CHECKING:
    from ..local import LocalCognito, LocalPool
    from .parser import Parser

__all__ = ["set_up"]

#: No system and no debugger listens there: 5000 is AirPlay's on a Mac, 9229 Node's inspector.
_PORT = 9339

_EPILOG = f"""\
Any AWS SDK and the AWS CLI can talk to it. When it is ready, one line of JSON on stdout says where
it is, and which pool, app client and user were made. Everything is gone when it stops, unless
--state names a file to keep it in.

  cognito-srp local --create-user ann --state cognito.json

{SYNTAX}
  cognito-srp local --fault ConfirmDevice:throttle:10% --fault any:drop-response:1% --fault-seed 7
"""


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Run a Cognito user pools endpoint that verifies SRP for real, until Ctrl-C."
    )
    parser.epilog = _EPILOG
    parser.add_argument(
        "--port",
        type=bounded_int(0, 65535),
        default=_PORT,
        help=f"default {_PORT}; 0 takes a free one",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        help="accept a --host that other machines can reach; they can then change everything",
    )
    _add_caller_options(parser)
    _add_content_options(parser)
    _add_behaviour_options(parser)
    add_log_options(parser)
    parser.set_defaults(run=_run)


def _add_caller_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a name besides localhost and IP addresses that this server is called by, such as "
        "that of a compose service; may be given several times",
    )
    parser.add_argument(
        "--allow-origin",
        metavar="ORIGIN",
        action="append",
        default=[],
        help="web pages besides those of localhost that may call, such as https://app.example "
        "or null; may be given several times",
    )
    parser.add_argument(
        "--public-url", metavar="URL", help="where others reach this server; jwks_uri begins so"
    )


def _add_content_options(parser: argparse.ArgumentParser) -> None:
    """What the server begins with."""
    parser.add_argument("--region", default="us-east-1", help="where pools are made (us-east-1)")
    parser.add_argument(
        "--create-pool", action="store_true", help="begin with a user pool and an app client"
    )
    parser.add_argument(
        "--remember-devices",
        choices=("always", "opt-in", "no"),
        default="always",
        help="how that pool remembers devices (always)",
    )
    parser.add_argument(
        "--mfa-configuration",
        choices=("OFF", "OPTIONAL", "ON"),
        default="OFF",
        help="whether that pool asks for a second factor (OFF)",
    )
    parser.add_argument(
        "--create-user",
        metavar="NAME",
        action="append",
        default=[],
        help="and with a user; makes a pool, too; may be given several times",
    )
    add_secret_option(parser, PASSWORD)
    parser.add_argument(
        "--seed",
        metavar="FILE",
        type=Path,
        help="begin with the pools, app clients and users of a JSON or CSV file",
    )
    parser.add_argument(
        "--state",
        metavar="FILE",
        type=Path,
        help="begin with what the file holds, if it exists, and keep everything there at the end; "
        "pool and user are made only if they are not in it",
    )


def _add_behaviour_options(parser: argparse.ArgumentParser) -> None:
    """Where it is not like AWS on purpose."""
    parser.add_argument(
        "--code", metavar="DIGITS", help="make every code that is sent this one, such as 123456"
    )
    parser.add_argument(
        "--no-lockout", action="store_true", help="let any number of wrong passwords pass"
    )
    parser.add_argument(
        "--fault", metavar="RULE", action="append", default=[], help="make calls fail: see below"
    )
    parser.add_argument(
        "--fault-seed", metavar="N", type=int, help="the same N draws the same chances again"
    )


def _run(arguments: argparse.Namespace) -> int:
    users = _choose_users(arguments)
    # Not an Event: its wait holds a lock that a handler would wait for, in the very same thread.
    stops: SimpleQueue[int] = SimpleQueue()
    # From the first moment on: a supervisor may stop what it has only just started.
    earlier = {
        number: signal.signal(number, lambda given, _: stops.put(given))
        for number in _stop_signals()
    }
    try:
        _serve(arguments, users, stops)
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
    return 0


def _stop_signals() -> list[int]:
    """The signals that end the server, its state kept.

    A terminal that is closed is one, unless nohup has said that it is to be ignored. Windows has no
    SIGHUP.
    """
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return numbers


#: What `LocalCognito` calls the options.
_OPTIONS = {
    "host": "--host",
    "allowed_hosts": "--allow-host",
    "allowed_origins": "--allow-origin",
    "public_url": "--public-url",
    "code": "--code",
}


def _start(arguments: argparse.Namespace) -> LocalCognito:
    from ..local import LocalCognito

    try:
        cognito = LocalCognito(
            region=arguments.region,
            host=arguments.host,
            port=arguments.port,
            allow_remote=arguments.allow_remote,
            allowed_hosts=arguments.allow_host,
            allowed_origins=arguments.allow_origin,
            public_url=arguments.public_url,
            lockout=not arguments.no_lockout,
            code=arguments.code,
        )
        _add_faults(cognito, arguments)
        return cognito.start()
    except InvalidInputError as error:
        fix = "add --allow-remote if that is meant" if error.field == "host" else error.fix
        field = _OPTIONS.get(error.field, error.field)
        raise InvalidInputError(field, error.rule, fix) from None
    except OSError as error:
        raise UnavailableError(_cannot_listen(arguments, error)) from error


def _cannot_listen(arguments: argparse.Namespace, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        fix = "stop what listens there, or use --port 0, which takes a free one"
        return f"--port {arguments.port}: is taken; {fix}"
    if error.errno == errno.EACCES:
        fix = "use one above 1023, or --port 0, which takes a free one"
        return f"--port {arguments.port}: needs rights that this user has not; {fix}"
    fix = "name an address of this machine, such as 127.0.0.1"
    return f"--host {arguments.host}: {error.strerror or error}; {fix}"


def _serve(arguments: argparse.Namespace, users: list[_User], stops: SimpleQueue[int]) -> None:
    if arguments.state is not None:
        check_replaceable(str(arguments.state))
    with _start(arguments) as cognito, log_shown(cognito, arguments):
        if arguments.state is not None and arguments.state.exists():
            _load(cognito, arguments.state)
        ready = {"EndpointUrl": cognito.endpoint_url, "Region": arguments.region}
        ready |= _prepare(arguments, cognito, users)
        cognito.begin_here()
        _save(cognito, arguments.state)  # a file that cannot be written is better known now
        with printing():
            print(json.dumps(ready))
        _greet(arguments, cognito.endpoint_url)
        _wait(stops)
    _save(cognito, arguments.state)
    for (operation, kind), count in sorted(cognito.faults.injected.items()):
        note(f"{operation} suffered {kind} {count} times")
    note("stopped")


def _wait(stops: SimpleQueue[int]) -> None:
    """Until a signal has been put there. Windows delivers Ctrl-C only between waits."""
    while True:
        with suppress(Empty):
            stops.get(timeout=0.5)
            return


def _add_faults(cognito: LocalCognito, arguments: argparse.Namespace) -> None:
    if arguments.fault_seed is not None and not arguments.fault:
        raise InvalidInputError("--fault-seed", "goes with --fault only", "leave it out")
    for text in arguments.fault:
        try:
            cognito.faults.add(parse_fault(text), seed=arguments.fault_seed)
        except ValueError as error:
            fix = "see cognito-srp local --help"
            raise InvalidInputError("--fault", f"{text}: {error}", fix) from None


def _load(cognito: LocalCognito, path: Path) -> None:
    try:
        cognito.load(path)
    except ValueError:
        rule = f"{path} is not a state of the local Cognito"
        raise InvalidInputError("--state", rule, "name another file") from None


def _save(cognito: LocalCognito, path: Path | None) -> None:
    if path is None:
        return
    try:
        cognito.save(path)
    except OSError as error:  # that of a full disk names no file
        raise OSError(error.errno, error.strerror, str(path)) from None


@dataclass(frozen=True)
class _User:
    name: str
    password: str = field(repr=False)
    #: drawn here, so that nobody knows it who is not told
    drawn: bool


def _choose_users(arguments: argparse.Namespace) -> list[_User]:
    """One password of one's own is that of all, and of others each has its own."""
    names: list[str] = arguments.create_user
    if not names and arguments.password_file is not None:
        rule = "goes with --create-user only"
        raise InvalidInputError("--password-file", rule, "leave it out")
    password = read_secret(PASSWORD, arguments.password_file) if names else None
    if password is not None:
        return [_User(name, password, drawn=False) for name in names]
    # With all four kinds of characters, as a pool asks for unless told otherwise.
    return [_User(name, f"{secrets.token_urlsafe(12)}-Aa1", drawn=True) for name in names]


def _prepare(
    arguments: argparse.Namespace, cognito: LocalCognito, users: list[_User]
) -> dict[str, Any]:
    """Make what was asked for, and return what to tell about it."""
    ready = _seed(arguments, cognito)
    if users or arguments.create_pool:
        ready |= _create_pool(arguments, cognito, users)
    return ready


def _seed(arguments: argparse.Namespace, cognito: LocalCognito) -> dict[str, Any]:
    """Makes what is in the file of --seed, and tells of its first pool and app client."""
    if arguments.seed is None:
        return {}
    try:
        pools = cognito.seed(arguments.seed)
    except InvalidInputError as error:
        raise InvalidInputError("--seed", error.rule, error.fix) from None
    return {"UserPoolId": pools[0].pool_id, "ClientId": pools[0].client_id} if pools else {}


def _create_pool(
    arguments: argparse.Namespace, cognito: LocalCognito, users: list[_User]
) -> dict[str, Any]:
    pool = cognito.find_pool() or cognito.create_pool(
        remember_devices=arguments.remember_devices,
        mfa=arguments.mfa_configuration,
        AutoVerifiedAttributes=["email"],  # so that people who sign up get a code
    )
    made: dict[str, Any] = {"UserPoolId": pool.pool_id, "ClientId": pool.client_id}
    told = []
    for user in users:
        shown = {"Password": user.password} if _create(pool, user) and user.drawn else {}
        told.append({"Username": user.name, **shown})
    if told:
        made |= told[0]
    if len(told) > 1:
        made["Users"] = told
    return made


def _create(pool: LocalPool, user: _User) -> bool:
    """False if the user exists; a password of one's own is put in the place of the old one."""
    from botocore.exceptions import ClientError

    try:
        pool.create_user(user.name, user.password)
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
        if not user.drawn:
            pool.set_password(user.name, user.password)
        return False
    return True


def _greet(arguments: argparse.Namespace, endpoint: str) -> None:
    if arguments.allow_remote:
        note(f"WARNING: whoever can reach {endpoint} can read and change everything in it")
    note(f"a local Cognito is ready at {endpoint}, its console too; Ctrl-C stops it; try")
    note(
        f"aws cognito-idp list-user-pools --max-results 10 --endpoint-url {endpoint} "
        f"--region {arguments.region} --no-sign-request"
    )
