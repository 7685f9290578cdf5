"""From an HTTP request to an operation of `LocalResponse`, and back."""

from __future__ import annotations

import json
import logging
import re
import secrets
from email.message import Message
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.cognitoidp.responses import CognitoIdpOpenIdConfigurationResponse

from ...srp.encoding import read_json
from ...storage.secret_files import replace_secret
from ..authenticators import SoftwareToken
from ..console.calls import Answered, CallLog, HttpExchange
from ..console.control import Control
from ..custom_auth import CustomAuth
from ..faults import Faults
from ..passkeys import Passkey, to_base64url
from ..refusals import Refusal
from ..store.names import find_user
from ..store.pool import Pool
from ..store.records import PasskeyRecord
from ..store.signing import public_keys
from ..store.snapshot import restore, snapshot, write_snapshot
from ..store.state import State
from ..store.user import User
from .callers import Callers
from .responses import LocalResponse, failed
from .validation import operations

__all__ = ["App"]

_log = logging.getLogger(__name__)

_TARGET = re.compile(r"AWSCognitoIdentityProviderService\.(\w+)")
_REGION = re.compile(r"[\w-]{1,50}", re.ASCII)
_WELL_KNOWN = ("jwks.json", "openid-configuration")

#: What cognito-idp lets a page in a browser read.
_EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"


class App:
    """The requests of one State.

    `app(method, path, headers, body, peer)` answers one; None stands for no answer at all, which
    `faults` can ask for. `callers` says whose requests are taken.
    """

    def __init__(self, state: State, callers: Callers) -> None:
        self.state = state
        self.callers = callers
        #: where the server is reached; jwks_uri begins with it
        self.url = ""
        self.faults = Faults(operations)
        self.calls = CallLog()
        self._control = Control(state, self.faults, self.calls, self.reset)
        self._beginning = snapshot(state)

    def __call__(
        self, method: str, path: str, headers: Message, body: bytes, peer: str
    ) -> tuple[int, dict[str, str], bytes] | None:
        """Answer one request: status, headers, body; None where no answer is to be sent."""
        refusal = self.callers.refusal(headers)
        exchange = HttpExchange(peer=peer)
        if refusal is not None:
            exchange.operation = _foreign(method, headers)
            forbidden = failed("AccessDeniedException", refusal, 403)
            self.calls.add(exchange, forbidden, self.state.clock.time())
            return _forbidden(method, forbidden)
        try:
            answered = self._route(exchange, method, path, headers, body)
        except Exception:
            _log.exception("the local Cognito failed on a request")
            answered = failed("InternalErrorException", "Something went wrong.", 500)
        if exchange.operation:
            self.calls.add(exchange, answered, self.state.clock.time())
        if answered is None:
            return None
        status, answered_headers, text = answered
        return status, {**answered_headers, **_cors(headers)}, text.encode()

    def perform(self, operation: str, params: dict[str, Any]) -> Answered:
        """An operation without HTTP, for helpers in the same process."""
        return LocalResponse(self.state, HttpExchange()).answer(
            operation, params, None, "127.0.0.1"
        )

    def begin_here(self) -> None:
        """What there is now is what `reset` comes back to."""
        self._beginning = snapshot(self.state)

    def reset(self) -> None:
        """Back to the beginning: pools, users, devices and clock; no messages, calls or faults."""
        with self.state.lock:
            restore(self.state, json.loads("".join(write_snapshot(self._beginning))))
            self.state.messages.clear()
        self.faults.clear()
        self.calls.clear()

    def save(self, path: Path) -> None:
        """Writes the state to a file that only its owner may read: it holds passwords."""
        with replace_secret(str(path)) as file:
            # Requests wait only while the snapshot is taken, not while it is written.
            for text in write_snapshot(snapshot(self.state)):
                file.write(text.encode())

    def load(self, path: Path) -> None:
        """Replaces the state by that of a file."""
        try:
            data = read_json(path.read_bytes(), deepest=None)
        except ValueError as error:
            raise ValueError(f"{path} is not a state of the local Cognito: {error}") from error
        restore(self.state, data)

    def give_authenticator(self, pool_id: str, username: str) -> str:
        """A verified software token for a user, and its secret."""
        with self.state.lock:
            pool, user = self._user(pool_id, username)
            token = SoftwareToken()
            token.secret, token.unverified = token.associate(), None
            pool.software_tokens[user.id] = token
            user.token_verified = True
            return token.secret

    def give_passkey(self, pool_id: str, username: str) -> Passkey:
        """A passkey for a user, known to the pool."""
        with self.state.lock:
            pool, user = self._user(pool_id, username)
            key = generate_private_key(SECP256R1())
            passkey = Passkey(
                credential_id=to_base64url(secrets.token_bytes(16)),
                user_handle=to_base64url(user.id.encode()),
                private_key=key,
            )
            encoding, form = Encoding.X962, PublicFormat.UncompressedPoint
            point = key.public_key().public_bytes(encoding, form).hex()
            record = PasskeyRecord(user.id, passkey.credential_id, point)
            pool.passkeys = (*pool.passkeys, record)
            return passkey

    def _user(self, pool_id: str, username: str) -> tuple[Pool, User]:
        pool = self.state.pool(pool_id)
        user = find_user(pool, username, by_sub=True) if pool is not None else None
        if pool is None or user is None:
            raise ValueError(f"no user {username} in pool {pool_id}")
        return pool, user

    def use_custom_auth(self, pool_id: str, triggers: CustomAuth | None) -> None:
        """Gives a pool the functions of CUSTOM_AUTH."""
        with self.state.lock:
            pool = self.state.pool(pool_id)
            if pool is None:
                raise ValueError(f"no pool {pool_id}")
            pool.custom_auth = triggers

    def _route(
        self, exchange: HttpExchange, method: str, target: str, headers: Message, body: bytes
    ) -> Answered | None:
        if method == "OPTIONS":
            return 200, _preflight(headers), ""
        try:
            controlled = self._control.answer(method, target, body)
        except Refusal as refusal:
            return failed(refusal.code, refusal.message)
        if controlled is not None:
            return controlled
        path = target.partition("?")[0]
        pool_id, _, document = path[1:].partition("/.well-known/")
        if method in ("GET", "HEAD") and document in _WELL_KNOWN:
            return self._well_known(pool_id, document)
        if method != "POST" or path != "/":
            return failed("UnknownOperationException", f"Nothing here for {method} {path}", 404)
        return self._operation(exchange, headers, body)

    def _operation(self, exchange: HttpExchange, headers: Message, body: bytes) -> Answered | None:
        target = _TARGET.fullmatch(headers.get("X-Amz-Target", ""))
        exchange.operation = target[1] if target is not None else "unknown"
        if target is None:
            return failed("UnknownOperationException", "X-Amz-Target names no operation")
        try:
            params = read_json(body)
        except ValueError:
            return failed("SerializationException", "The request body is not JSON")
        if not isinstance(params, dict):
            message = "The request body is not a JSON object"
            return failed("SerializationException", message)
        exchange.params = params
        return self._suffer(exchange, _signed_region(headers))

    def _suffer(self, exchange: HttpExchange, region: str | None) -> Answered | None:
        """An operation, or what has been asked to happen in its place or to its answer."""
        operation, params = exchange.operation, exchange.params
        suffered = self.faults.meet(operation, params)
        exchange.fault, fault = str(suffered) or None, suffered.fault
        if fault is not None and fault.refusal is not None:
            code, message = fault.refusal
            return failed(code, message, 500 if code == "InternalErrorException" else 400)
        if fault is not None and fault.kind == "drop-request":
            return None
        response = LocalResponse(self.state, exchange)
        status, answered, text = response.answer(operation, params, region, exchange.peer)
        if fault is not None and fault.kind == "drop-response":
            return None
        return status, answered, text if fault is None else text[: len(text) // 2]

    def _well_known(self, pool_id: str, document: str) -> Answered:
        if self.state.pool(pool_id) is None:
            message = f"User pool {pool_id} does not exist."
            return failed("ResourceNotFoundException", message, 404)
        if document == "jwks.json":
            return 200, {"Content-Type": "application/json"}, json.dumps(public_keys())
        handler = CognitoIdpOpenIdConfigurationResponse.serve_openid_configuration
        # The URL is the server's own and not the request's: verifiers fetch their keys from there.
        url = self.callers.public_url or self.url
        status, headers, body = handler(None, f"http://localhost/{pool_id}", {})
        shown = json.loads(body)
        shown["jwks_uri"] = f"{url}/{pool_id}/.well-known/jwks.json"
        return status, headers, json.dumps(shown)


def _foreign(method: str, headers: Message) -> str:
    """What a request that is refused for its headers is called in the log."""
    target = _TARGET.fullmatch(headers.get("X-Amz-Target", ""))
    if method == "OPTIONS":
        return "preflight"
    return target[1] if target is not None else method


def _forbidden(method: str, forbidden: Answered) -> tuple[int, dict[str, str], bytes]:
    """A preflight's answer has no words: browsers show them to nobody, so they are logged only."""
    if method == "OPTIONS":
        return 403, {"vary": "Origin"}, b""
    status, headers, text = forbidden
    return status, {**headers, "vary": "Origin"}, text.encode()


def _signed_region(headers: Message) -> str | None:
    """The region of a signature, ``… Credential=KEY/DATE/REGION/SERVICE/aws4_request, …``."""
    _, _, credential = headers.get("Authorization", "").partition("Credential=")
    parts = credential.split("/", 4)
    return parts[2] if len(parts) > 3 and _REGION.fullmatch(parts[2]) else None


def _cors(headers: Message) -> dict[str, str]:
    """What lets the page read the answer whose Origin was accepted: that one and no other.

    Caches are told that the answer depends on it.
    """
    origin = headers.get("Origin")
    if origin is None:
        return {"vary": "Origin"}
    return {
        "vary": "Origin",
        "access-control-allow-origin": origin,
        "access-control-expose-headers": _EXPOSED,
    }


def _preflight(headers: Message) -> dict[str, str]:
    asked = headers.get("Access-Control-Request-Headers", "*")
    return {
        "access-control-allow-methods": "POST, GET, OPTIONS",
        # In one line, however it was folded.
        "access-control-allow-headers": " ".join(asked.split()),
        "access-control-max-age": "172800",
    }
