"""Keep secrets out of botocore's debug log.

    from cognito_srp import redaction
    redaction.install()                    # or: with redaction.install(): …

botocore logs every request and response whole: tokens, passwords, SECRET_HASH, proofs, verifiers,
codes, sessions. From `install` on, what botocore, aiobotocore and urllib3 log is redacted as the
record is made, whatever handlers and loggers there are; without debug logging no record is made,
and nothing costs anything. Operations, status codes and the names of all fields stay readable.

The service's own model says what is secret: members marked ``sensitive`` are hidden, whatever AWS
service is called, and a few more that Cognito's model does not mark. A body that cannot be
judged (not JSON, or not of a call that was seen to begin) is not shown at all.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, Final

__all__ = ["HIDDEN", "install", "uninstall"]

#: What a secret is replaced by, however long it was.
HIDDEN: Final = "***"

_LOGGERS: Final = ("botocore", "aiobotocore", "urllib3")
#: Members that are secret, or as good as, though the model does not say so.
_UNMARKED: Final = frozenset(
    {
        "ChallengeParameters",  # SECRET_BLOCK, SALT, the user's internal name and attributes
        "Code",
        "ConfirmationCode",
        "Credential",
        "CredentialCreationOptions",
        "PasswordVerifier",
        "PreSignedUrl",
        "ProviderDetails",  # an identity provider's client secret
        "Salt",
    }
)
_HEADERS: Final = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "x-amz-security-token"}
)
#: What the body of a refusal holds besides the members of the output.
_REFUSAL: Final = frozenset({"__type", "code", "message", "Message"})
# None of these can backtrack: each takes a run of characters up to the first that is none of it,
# and `_text` looks into what was taken. A text of hostile length costs what it is long.
_TOKEN: Final = re.compile(r"[\w.-]+")  # may have a JWT in it, signed or encrypted
_QUERY: Final = re.compile(r"\?[^\s'\"]*")  # of a URL, which may be presigned
_LINE: Final = re.compile(
    r"(?im:(?<=^authorization:).*|(?<=^x-amz-security-token:).*|(?<=^cookie:).*)"  # canonical form
    r"|(?i:(?<=X-Amz-Signature=)|(?<=X-Amz-Security-Token=))[^&\s]*"
)

#: The operation that this thread or task sends now; its answer is logged without its name.
_operation: ContextVar[Any] = ContextVar("operation", default=None)


class _Factory:
    """Makes log records as the factory before it does, and redacts those of the loggers above."""

    def __init__(self, earlier: Callable[..., logging.LogRecord]) -> None:
        self.earlier = earlier
        self.active = True

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.earlier(*args, **kwargs)
        if self.active and record.name.startswith(_LOGGERS):
            _redact(record)
        return record


_installed: _Factory | None = None


class install(AbstractContextManager[None]):  # noqa: N801 - reads as a function
    """Redact from now on. As a context manager it restores what was at the end.

    A second call changes nothing. Code that replaces the record factory of `logging` without
    calling the one before it takes this out again.
    """

    def __init__(self) -> None:
        global _installed
        self._is_first = _installed is None
        if _installed is None:
            _installed = _Factory(logging.getLogRecordFactory())
            logging.setLogRecordFactory(_installed)

    def __exit__(self, *_: object) -> None:
        if self._is_first:
            uninstall()


def uninstall() -> None:
    """Log everything again, secrets included. Does nothing unless `install` was called."""
    global _installed
    if _installed is None:
        return
    _installed.active = False  # where someone has put a factory on top of ours
    if logging.getLogRecordFactory() is _installed:
        logging.setLogRecordFactory(_installed.earlier)
    _installed = None


def _redact(record: logging.LogRecord) -> None:
    try:
        if isinstance(record.args, Mapping):  # what logging makes of a single mapping
            record.args = _mapping(record.args)
        elif record.args and str(record.msg).startswith("Signature:"):
            record.args = (HIDDEN,)
        elif record.args:
            record.args = tuple(map(_argument, record.args))
        record.msg = _text(str(record.msg))
    except Exception:  # neither leak nor break what is being logged
        record.msg, record.args = "a record that could not be redacted", None


def _argument(value: Any) -> Any:
    """An argument of a log record, safe to format."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, (bytes, bytearray)):
        return _body(value, getattr(_operation.get(), "output_shape", None))
    if hasattr(value, "input_shape"):  # botocore's OperationModel, as a request begins
        _operation.set(value)
        return value
    if hasattr(value, "headers") and hasattr(value, "method"):  # a request about to be sent
        return f"{value.method} {_text(value.url)} {_mapping(value.headers)}"
    return _text(str(value))


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    """A request before it is signed, headers, or whatever else botocore logs of this kind."""
    shape = getattr(_operation.get(), "input_shape", None)
    parts = {"body": lambda body: _body(body, shape), "query_string": _hide}
    parts |= dict.fromkeys(_HEADERS, _hide)
    return {name: parts.get(str(name).lower(), _part)(item) for name, item in value.items()}


def _part(value: Any) -> Any:
    # A signed request has headers in bytes.
    return _argument(value.decode("latin-1") if isinstance(value, bytes) else value)


def _text(text: str) -> str:
    text = _LINE.sub(HIDDEN, text)
    text = _QUERY.sub(lambda found: f"?{HIDDEN}" if "=" in found[0] else found[0], text)
    return _without_quotes(_TOKEN.sub(_without_token, text))


def _without_token(found: re.Match[str]) -> str:
    """``eyJ…`` up to its dot and on to the end of the run."""
    run = found[0]
    start = run.find("eyJ")
    while start >= 0:
        dot = run.find(".", start)
        if dot < 0:
            break
        if dot > start + len("eyJ"):
            return run[:start] + HIDDEN
        start = run.find("eyJ", dot)
    return run


def _without_quotes(text: str) -> str:
    """Validation errors quote the value, ``Value '…' at 'member' failed …``: without those."""
    kept, place = [], 0
    while (start := text.find("alue '", place)) >= 0:
        start += len("alue '")
        end = text.find("' at '", start)
        if end < 0:
            break
        kept += [text[place:start], HIDDEN]
        place = end
    return "".join(kept) + text[place:]


def _body(body: Any, shape: Any) -> Any:
    """The body of a request or an answer, its secrets hidden: JSON, or the fields of a form."""
    fields = body
    if isinstance(body, (bytes, bytearray, str)):
        try:
            fields = json.loads(body)
        except ValueError:
            fields = None
    if not isinstance(fields, Mapping):
        return f"{type(body).__name__}, not shown" if body else body
    shown = {name: _member(shape, name, item) for name, item in fields.items()}
    return shown if fields is body else json.dumps(shown, ensure_ascii=False).encode()


def _member(shape: Any, name: str, value: Any) -> Any:
    """A member of something that has `shape` in the service's model, None if it is not known."""
    if name in _UNMARKED:
        return _hide(value)
    if getattr(shape, "type_name", None) == "map":
        return _copy(shape.value, value)
    members = {
        member.serialization.get("name", key): member
        for key, member in getattr(shape, "members", {}).items()
    }
    if name not in members and name in _REFUSAL:
        return _text(str(value))
    return _copy(members.get(name), value)


def _copy(shape: Any, value: Any) -> Any:
    if shape is None or shape.metadata.get("sensitive"):
        return _hide(value)
    if isinstance(value, Mapping):
        return {name: _member(shape, name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_copy(getattr(shape, "member", None), item) for item in value]
    return _text(value) if isinstance(value, str) else value


def _hide(value: Any) -> Any:
    """Without a single value, but with the names of all fields."""
    if isinstance(value, Mapping):
        return {name: _hide(item) for name, item in value.items()}
    return HIDDEN if value else value
