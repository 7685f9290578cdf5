"""``cognito-srp local``: a Cognito of one's own, until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InvalidInputError
from .failures import UnavailableError, note
from .fault_rules import SYNTAX, parse_fault
from .options import add_secret_option, bounded_int
from .secret_input import PASSWORD, read_secret
from .streams import printing

if TYPE_CHECKING:
    from ..local import LocalCognito, LocalPool
    from .parser import Parser

__all__ = ["set_up"]

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
        "--port", type=bounded_int(0, 65535), default=5000, help="default 5000; 0 takes a free one"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        help="accept a --host that other machines can reach; they can then change everything",
    )
    _add_caller_options(parser)
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
    parser.add_argument("--create-user", metavar="NAME", help="and with a user; makes a pool, too")
    add_secret_option(parser, PASSWORD)
    parser.add_argument(
        "--state",
        metavar="FILE",
        type=Path,
        help="begin with what the file holds, if it exists, and keep everything there at the end; "
        "pool and user are made only if they are not in it",
    )
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


def _run(arguments: argparse.Namespace) -> int:
    user = _choose_user(arguments)
    stop = threading.Event()
    # From the first moment on: a supervisor may stop what it has only just started.
    earlier = {number: signal.signal(number, lambda *_: stop.set()) for number in _stop_signals()}
    try:
        _serve(arguments, user, stop)
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
    return 0


def _stop_signals() -> list[int]:
    """What ends the server, its state kept: also a terminal that is closed, unless nohup has said
    that this is to be ignored. Windows has no SIGHUP."""
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


def _serve(arguments: argparse.Namespace, user: _User | None, stop: threading.Event) -> None:
    with _start(arguments) as cognito, _codes_shown():
        if arguments.state is not None and arguments.state.exists():
            _load(cognito, arguments.state)
        ready = {"EndpointUrl": cognito.endpoint_url, "Region": arguments.region}
        ready |= _prepare(arguments, cognito, user)
        _save(cognito, arguments.state)  # a file that cannot be written is better known now
        with printing():
            print(json.dumps(ready))
        _greet(arguments, cognito.endpoint_url)
        # Windows delivers Ctrl-C only between waits.
        while not stop.wait(0.5):
            pass
    _save(cognito, arguments.state)
    for (operation, kind), count in sorted(cognito.faults.injected.items()):
        note(f"{operation} suffered {kind} {count} times")
    note("stopped")


class _Notes(logging.Handler):
    """Words for people out of what the server logs."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


@contextmanager
def _codes_shown() -> Iterator[None]:
    """Show on stderr the codes that Cognito would send by SMS and e-mail, which are logged."""
    log, notes = logging.getLogger("cognito_srp.local"), _Notes(logging.INFO)
    level = log.level
    log.addHandler(notes)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(notes)


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


def _choose_user(arguments: argparse.Namespace) -> _User | None:
    if arguments.create_user is None:
        if arguments.password_file is not None:
            rule = "goes with --create-user only"
            raise InvalidInputError("--password-file", rule, "leave it out")
        return None
    password = read_secret(PASSWORD, arguments.password_file)
    if password is not None:
        return _User(arguments.create_user, password, drawn=False)
    # With all four kinds of characters, as a pool asks for unless told otherwise.
    return _User(arguments.create_user, f"{secrets.token_urlsafe(12)}-Aa1", drawn=True)


def _prepare(
    arguments: argparse.Namespace, cognito: LocalCognito, user: _User | None
) -> dict[str, str]:
    """Make what was asked for, and return what to tell about it."""
    if user is None and not arguments.create_pool:
        return {}
    pool = cognito.find_pool() or cognito.create_pool(
        remember_devices=arguments.remember_devices,
        mfa=arguments.mfa_configuration,
        AutoVerifiedAttributes=["email"],  # so that people who sign up get a code
    )
    made = {"UserPoolId": pool.pool_id, "ClientId": pool.client_id}
    if user is not None:
        made["Username"] = user.name
        if _create(pool, user) and user.drawn:
            made["Password"] = user.password
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
    note(f"a local Cognito is ready at {endpoint}; Ctrl-C stops it; try")
    note(
        f"aws cognito-idp list-user-pools --max-results 10 --endpoint-url {endpoint} "
        f"--region {arguments.region} --no-sign-request"
    )
