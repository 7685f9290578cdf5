"""From an HTTP request to an operation of `Response`, and back."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import tempfile
from email.message import Message
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.cognitoidp.responses import CognitoIdpOpenIdConfigurationResponse

from ..custom_auth import CustomAuth
from ..faults import Faults
from ..passkeys import Passkey, to_base64url
from ..store.names import find_user
from ..store.pool import PasskeyRecord, Pool
from ..store.signing import public_keys
from ..store.snapshot import dump, restore
from ..store.state import State
from ..store.user import User
from ..totp import SoftwareToken
from .responses import Answered, Response, failed
from .validation import operations

__all__ = ["App"]

_log = logging.getLogger(__name__)

_TARGET = re.compile(r"AWSCognitoIdentityProviderService\.(\w+)")
_WELL_KNOWN = re.compile(r"/([\w-]+_\w+)/\.well-known/(jwks\.json|openid-configuration)")
_CREDENTIAL_REGION = re.compile(r"Credential=[^/]+/\d+/([\w-]+)/")

#: As cognito-idp answers browsers, which call it from any origin.
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
}


class App:
    """The requests of one State. `app(method, path, headers, body, peer)` answers one; None stands
    for no answer at all, which `faults` can ask for."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.faults = Faults(operations)

    def __call__(
        self, method: str, path: str, headers: Message, body: bytes, peer: str
    ) -> tuple[int, dict[str, str], bytes] | None:
        try:
            answered: Answered | None = self._route(method, path, headers, body, peer)
        except Exception:
            _log.exception("the local Cognito failed on a request")
            answered = failed("InternalErrorException", "Something went wrong.", 500)
        if answered is None:
            return None
        status, answered_headers, text = answered
        return status, {**answered_headers, **_CORS}, text.encode()

    def perform(self, operation: str, params: dict[str, Any]) -> Answered:
        """An operation without HTTP, for helpers in the same process."""
        return Response(self.state).answer(operation, params, None, "127.0.0.1")

    def save(self, path: Path) -> None:
        """Writes the state to a file that only its owner may read: it holds passwords."""
        with self.state.lock:
            text = json.dumps(dump(self.state))
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())  # the new name must not reach the disk before the text
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise

    def load(self, path: Path) -> None:
        """Replaces the state by that of a file."""
        try:
            data = json.loads(path.read_text())
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
        self, method: str, path: str, headers: Message, body: bytes, peer: str
    ) -> Answered | None:
        if method == "OPTIONS":
            return 200, _preflight(headers), ""
        path = path.partition("?")[0]
        well_known = _WELL_KNOWN.fullmatch(path)
        if method in ("GET", "HEAD") and well_known:
            url = f"http://{headers.get('Host', 'localhost')}{path}"
            return self._well_known(url, *well_known.groups())
        if method != "POST" or path != "/":
            return failed("UnknownOperationException", f"Nothing here for {method} {path}", 404)
        return self._operation(headers, body, peer)

    def _operation(self, headers: Message, body: bytes, peer: str) -> Answered | None:
        target = _TARGET.fullmatch(headers.get("X-Amz-Target", ""))
        if target is None:
            return failed("UnknownOperationException", "X-Amz-Target names no operation")
        try:
            params = _parse(body)
        except (ValueError, RecursionError):
            return failed("SerializationException", "The request body is not JSON")
        if not isinstance(params, dict):
            message = "The request body is not a JSON object"
            return failed("SerializationException", message)
        credential = _CREDENTIAL_REGION.search(headers.get("Authorization", ""))
        region = credential[1] if credential else None
        return self._suffer(target[1], params, region, peer)

    def _suffer(
        self, operation: str, params: dict[str, Any], region: str | None, peer: str
    ) -> Answered | None:
        """An operation, or what has been asked to happen in its place or to its answer."""
        fault = self.faults.meet(operation, params)
        if fault is not None and fault.refusal is not None:
            code, message = fault.refusal
            return failed(code, message, 500 if code == "InternalErrorException" else 400)
        if fault is not None and fault.kind == "drop-request":
            return None
        status, answered, text = Response(self.state).answer(operation, params, region, peer)
        if fault is not None and fault.kind == "drop-response":
            return None
        return status, answered, text if fault is None else text[: len(text) // 2]

    def _well_known(self, url: str, pool_id: str, document: str) -> Answered:
        if self.state.pool(pool_id) is None:
            message = f"User pool {pool_id} does not exist."
            return failed("ResourceNotFoundException", message, 404)
        if document == "jwks.json":
            return 200, {"Content-Type": "application/json"}, json.dumps(public_keys())
        handler = CognitoIdpOpenIdConfigurationResponse.serve_openid_configuration
        status, headers, body = handler(None, url, {})
        return status, headers, body.decode() if isinstance(body, bytes) else body


def _parse(body: bytes) -> Any:
    """JSON as RFC 8259 has it; Python's own reader also takes NaN, and halves of surrogate pairs
    that no string can be made of. Raises ValueError, RecursionError."""
    parsed = json.loads(body, parse_constant=_refuse_constant)
    if b"\\u" in body:
        json.dumps(parsed, ensure_ascii=False).encode()
    return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _preflight(headers: Message) -> dict[str, str]:
    return {
        "access-control-allow-methods": "POST, GET, OPTIONS",
        "access-control-allow-headers": headers.get("Access-Control-Request-Headers", "*"),
        "access-control-max-age": "172800",
    }
