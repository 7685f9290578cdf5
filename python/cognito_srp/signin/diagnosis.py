"""Why a sign-in was refused, as far as the evidence goes.

Cognito answers "Incorrect username or password." to whatever is wrong with a proof, a device's
included. Other evidence narrows it down: the clock in its answer's Date header, the salt that it
keeps, the form of the keys, what was sent. Where the evidence does not tell, nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from srp_native._sizes import SALT_RANDOM

from ..devices.verifiers import RememberedDevice
from ..errors import ResourceNotFoundError, ServiceError
from ..srp.encoding import from_hex, pad
from ..transport.causes import row_of
from ..transport.explanations import TOLERANCE, Cause, Situation
from ..transport.operations import REFRESH_OPERATION
from ..transport.steps import Call, Challenge

__all__ = ["Cause", "Diagnosis", "explain", "of_secret_hash"]

#: Date and TIMESTAMP have whole seconds, and one of them had to travel.
_UNSURE: Final = timedelta(seconds=2)
#: Bytes of the salts that clients draw where those lack leading zeros. A salt that lacks
#: three is one of 2²⁵: a shorter one was more likely drawn so.
_SHORTENED: Final = (SALT_RANDOM - 2, SALT_RANDOM - 1)
_WRONG_PROOF: Final = "incorrect username or password"
_SECRET_HASH: Final = (
    Cause.SECRET_HASH_MISSING,
    Cause.SECRET_HASH_NAME,
    Cause.SECRET_HASH_WRONG,
)
_PROOFS: Final = ("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER")


@dataclass(frozen=True)
class Diagnosis:
    """The cause of a refusal and what to do about it.

    ``certain`` is False for what is only the most likely cause; ``advice`` then gives the reason.
    ``clock_offset`` is how far the clock here is ahead of the service's (negative: behind), where
    that is known.
    """

    cause: Cause
    certain: bool
    advice: str
    clock_offset: timedelta | None = None


def explain(
    error: ServiceError,
    call: Call,
    *,
    has_client_secret: bool,
    challenge: Challenge | None = None,
    device: RememberedDevice | None = None,
) -> None:
    """Give the refusal of a sign-in's step its diagnosis, if there is one.

    `call` is what was refused: the answer to `challenge`, if there was one. `device` is the one
    whose key went with it.
    """
    diagnosis = of_secret_hash(error, call, has_client_secret)
    if isinstance(error, ResourceNotFoundError) and error.is_about_device:
        advice = "the service has forgotten this device: sign in without it, and enroll it anew"
        diagnosis = Diagnosis(Cause.DEVICE_FORGOTTEN, True, advice, error.clock_offset)
    if diagnosis is None and challenge is not None and _refuses_proof(error, challenge):
        diagnosis = _by_clock(error)
        if diagnosis is None and device and challenge.name == "DEVICE_PASSWORD_VERIFIER":
            diagnosis = _by_device(error, challenge, device)
    if diagnosis is not None:
        error.explain(diagnosis)


def _refuses_proof(error: ServiceError, challenge: Challenge) -> bool:
    return challenge.name in _PROOFS and _WRONG_PROOF in error.message.lower()


def of_secret_hash(
    error: ServiceError, call: Call, has_client_secret: bool, internal: str | None = None
) -> Diagnosis | None:
    """What the service says outright of the secret; `internal` is the user's name, if known.

    Nothing is certain that a name went into: the hash is of the secret, the client's id and a name.
    """
    row = row_of(error, Situation.of(call.operation, call.parameters))
    if row is None or row.causes[0] not in _SECRET_HASH:
        return None
    if not has_client_secret:
        advice = "the app client has a secret: pass client_secret="
        return Diagnosis(Cause.SECRET_HASH_MISSING, True, advice, error.clock_offset)
    name = (call.parameters.get("AuthParameters") or {}).get("USERNAME")
    if row.causes[0] is Cause.SECRET_HASH_NAME and name != internal:
        advice = (
            "most likely the name in the hash: to refresh tokens it has to be the internal user "
            "name, not an alias such as an e-mail address; pass username=session.username, or "
            "leave auth_flow out, which takes GetTokensFromRefreshToken and no hash"
        )
        return Diagnosis(Cause.SECRET_HASH_NAME, False, advice, error.clock_offset)
    advice = (
        "client_secret is not the secret of this app client, or belongs to none: compare it with "
        "the client's settings"
    )
    certain = call.operation == REFRESH_OPERATION
    return Diagnosis(Cause.SECRET_HASH_WRONG, certain, advice, error.clock_offset)


def _by_clock(error: ServiceError) -> Diagnosis | None:
    """A proof carries the time, and is refused when that is wrong."""
    offset = error.clock_offset
    if offset is None or abs(offset) < TOLERANCE - _UNSURE:
        return None
    certain = abs(offset) > TOLERANCE + _UNSURE
    where = "ahead of" if offset > timedelta() else "behind"
    advice = (
        f"{'' if certain else 'most likely because '}this machine's clock is {_told(abs(offset))} "
        f"{where} the service's, which refuses proofs more than five minutes off; set the clock, "
        "by NTP for example"
    )
    return Diagnosis(Cause.CLOCK, certain, advice, offset)


def _by_device(
    error: ServiceError, challenge: Challenge, device: RememberedDevice
) -> Diagnosis | None:
    """The device's proof is wrong, and the clock is not to blame or not known."""
    again = "forget the device and enroll it again"
    if not device.device_group_key.startswith("-"):
        advice = (
            "most likely the device group key: all that Cognito is known to hand out begin with "
            "'-', this one does not; pass the DeviceGroupKey that came with the device key, or "
            f"{again}"
        )
        return Diagnosis(Cause.DEVICE_GROUP_KEY, False, advice, error.clock_offset)
    size = len(pad(from_hex(challenge.parameters["SALT"])))
    if size in _SHORTENED:
        advice = (
            f"most likely the device was enrolled by a client that hashed its salt's leading zeros:"
            f" the salt that Cognito keeps has {size} bytes, which happens to one random salt of "
            f"{SALT_RANDOM} in 512, and it hashes those alone; {again}"
        )
        return Diagnosis(Cause.SALT_NOT_MINIMAL, False, advice, error.clock_offset)
    clock = (
        "the clock could not be compared"
        if error.clock_offset is None
        else f"the clock is right to {_told(abs(error.clock_offset))}"
    )
    advice = (
        "the device's group key or password is not the one that it was confirmed with, unless this "
        f"answer had arrived once before; {clock}; {again} if a new sign-in fails as well"
    )
    return Diagnosis(Cause.DEVICE_SECRET, False, advice, error.clock_offset)


def _told(duration: timedelta) -> str:
    """A duration in words, to the second, or from an hour on to the minute: ``1 d 2 h 3 min``."""
    seconds = round(duration.total_seconds())
    if seconds >= 3600:
        seconds = 60 * round(seconds / 60)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            parts.append(f"{seconds // size} {unit}")
            seconds %= size
    return " ".join([*parts, f"{seconds} s"]) if seconds or not parts else " ".join(parts)
