"""A Cognito user pools endpoint in this process: how it starts, is called, is set and stops."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..storage.extras import needs_extra
from .clock import Clock
from .faults import Fault, Faults, Kind, Lost

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from .console.calls import LoggedCall
    from .custom_auth import CustomAuth
    from .passkeys import Passkey
    from .server.app import App
    from .server.listener import Listener
    from .store.messages import Message

__all__ = ["LocalServer"]

_Self = TypeVar("_Self", bound="LocalServer")

_session_lock = threading.Lock()
_session: Any = None


class LocalServer:
    """What `cognito.LocalCognito` does while it runs: its life, its calls, and what tests turn."""

    def __init__(
        self,
        region: str = "us-east-1",
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        allow_remote: bool = False,
        allowed_hosts: Iterable[str] = (),
        allowed_origins: Iterable[str] = (),
        public_url: str | None = None,
        clock: Clock | None = None,
        lockout: bool = True,
        code: str | None = None,
        **guesses: bool,
    ) -> None:
        self.region = region
        self.clock = clock or Clock()
        self._host, self._port, self._allow_remote = host, port, allow_remote
        self._listener: Listener | None = None
        callers = (host, allowed_hosts, allowed_origins, public_url)
        switches = {"lockout": lockout, "code": code, **guesses}
        self._app = _make_app(region, self.clock, callers, switches)

    def start(self: _Self) -> _Self:
        """Begins to listen; returns itself. State outlives `stop`: starting again resumes."""
        from .server.listener import Listener

        if self._listener is None:
            self._listener = Listener(
                self._app,
                self._host,
                self._port,
                self.clock.time,
                allow_remote=self._allow_remote,
            )
            self._app.url = self.endpoint_url
        return self

    def stop(self) -> None:
        """Stops listening and closes every connection."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def __enter__(self: _Self) -> _Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint_url(self) -> str:
        """What SDKs take as ``endpoint_url``."""
        if self._listener is None:
            raise RuntimeError("the local Cognito is not running: use `with`, or call start()")
        host = self._listener.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._listener.port}"

    def client(self, **kwargs: Any) -> CognitoIdentityProviderClient:
        """A boto3 ``cognito-idp`` client of this server; `kwargs` go to ``Session.client``.

        It uses no proxy, whatever HTTP_PROXY says, unless ``config=Config(proxies=…)`` names one.
        """
        from botocore.config import Config

        config = Config(proxies={})
        if kwargs.get("config") is not None:
            config = config.merge(kwargs["config"])
        arguments = {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
            **kwargs,
            "config": config,
        }
        global _session
        with _session_lock:  # making clients from one session is not thread-safe
            if _session is None:
                import boto3

                # One for all servers: its loader caches the service model, 100 ms to read.
                _session = boto3.session.Session()
            client: CognitoIdentityProviderClient = _session.client("cognito-idp", **arguments)
            return client

    def call(self, operation: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Performs an operation such as ``AdminCreateUser`` without HTTP and returns its output.

        Timestamps come as numbers. Raises botocore's ``ClientError`` where the service refuses.
        """
        from botocore.exceptions import ClientError

        status, headers, body = self._app.perform(operation, dict(params or {}))
        output: dict[str, Any] = json.loads(body) if body else {}
        if status >= 400:
            error = {"Code": output.get("__type", ""), "Message": output.get("message", "")}
            meta = {"HTTPStatusCode": status, "HTTPHeaders": headers}
            parsed: Any = {"Error": error, "ResponseMetadata": meta}
            raise ClientError(parsed, operation)
        return output

    @property
    def faults(self) -> Faults:
        """Failures to come, by chance or by position.

        ``faults.add(Fault("throttle", "ConfirmDevice", probability=0.1), seed=7)`` throttles every
        tenth call. `fail_next` and `lose_next` are shorthands.
        """
        return self._app.faults

    def fail_next(
        self,
        operation: str | None = None,
        error: str = "TooManyRequestsException",
        message: str = "Rate exceeded",
        *,
        times: int = 1,
    ) -> None:
        """Makes the next `times` HTTP calls of an operation (None: of any) fail with `error`.

        They have no effect. SDKs repeat throttled calls by themselves: botocore three times.
        """
        self.faults.add(Fault("error", operation, times=times, error=error, message=message))

    def lose_next(
        self, operation: str | None = None, what: Lost = "response", *, times: int = 1
    ) -> None:
        """Drops the connection of the next calls without an answer.

        Losing the ``response`` comes after the call has had its effect, losing the ``request``
        before it has any.
        """
        kind: Kind = "drop-response" if what == "response" else "drop-request"
        self.faults.add(Fault(kind, operation, times=times))

    def text_messages(self, username: str | None = None) -> list[Message]:
        """The SMS that would have been sent to a user, by username or phone number; oldest first.

        The server keeps its last thousand messages.
        """
        return self._messages("SMS", username)

    def emails(self, username: str | None = None) -> list[Message]:
        """The same for e-mail."""
        return self._messages("EMAIL", username)

    def _messages(self, medium: str, username: str | None) -> list[Message]:
        sent = list(self._app.state.messages)
        return [
            m for m in sent if m.medium == medium and username in (None, m.username, m.destination)
        ]

    def save(self, path: str | PathLike[str]) -> None:
        """Writes pools, users, tokens, devices and the clock to a JSON file, mode 0600.

        It holds passwords and tokens as they are. Pending challenges are left out.
        """
        self._app.save(Path(path))

    def load(self, path: str | PathLike[str]) -> None:
        """Puts what `save` wrote in the place of everything here; `ValueError` for other files."""
        self._app.load(Path(path))

    def on_call(self, listener: Callable[[LoggedCall], None] | None) -> None:
        """Have a function told of every call over HTTP as it ends, None to end that.

        The thread that serves the call tells it. A `LoggedCall` holds no secret, and its text is a
        line for people.
        """
        self._app.calls.listener = listener

    def begin_here(self) -> None:
        """What there is now is what `reset` comes back to. A new server begins empty."""
        self._app.begin_here()

    def reset(self) -> None:
        """Go back to the beginning: the pools, users, devices and clock that there were then.

        There are no messages, calls, faults and open challenges. Functions of CUSTOM_AUTH are to be
        given again.
        """
        self._app.reset()

    def give_authenticator(self, pool_id: str, username: str) -> str:
        """Give a user a verified authenticator; return its secret, for `totp`.

        It takes no sign-in, as setting one up would. `LocalPool.use_authenticator` also switches it
        on.
        """
        return self._app.give_authenticator(pool_id, username)

    def give_passkey(self, pool_id: str, username: str) -> Passkey:
        """See `LocalPool.use_passkey`."""
        return self._app.give_passkey(pool_id, username)

    def use_custom_auth(self, pool_id: str, triggers: CustomAuth | None) -> None:
        """See `LocalPool.use_custom_auth`."""
        self._app.use_custom_auth(pool_id, triggers)


def _make_app(region: str, clock: Clock, calling: tuple[Any, ...], switches: dict[str, Any]) -> App:
    """The app, made here because importing moto takes most of a second."""
    try:
        import moto.cognitoidp  # noqa: F401
    except ModuleNotFoundError as error:
        raise needs_extra("the local Cognito", error.name, "local") from error
    from .server.app import App
    from .server.callers import Callers
    from .store.settings import Settings
    from .store.state import State

    return App(State(region, clock, Settings(**switches)), Callers(*calling))
