"""Answers within USER_AUTH, where the client chooses how to prove the password."""

from __future__ import annotations

from typing import Any

from ..refusals import invalid_parameter
from .answers import Answer
from .initiate import Start, begin_srp, check_password

__all__ = ["CHOICE_HANDLERS"]


def _select_challenge(answer: Answer) -> dict[str, Any]:
    choice = answer.parameter("ANSWER")
    if choice not in ("PASSWORD", "PASSWORD_SRP"):
        raise invalid_parameter(f"{choice} is not one of the available challenges")
    answer.parameter("PASSWORD" if choice == "PASSWORD" else "SRP_A")
    return _first_factor(answer, by_srp=choice == "PASSWORD_SRP")


def _password(answer: Answer) -> dict[str, Any]:
    answer.parameter("PASSWORD")
    return _first_factor(answer, by_srp=False)


def _first_factor(answer: Answer, *, by_srp: bool) -> dict[str, Any]:
    """Continues as InitiateAuth would have, had it been given the same parameters."""
    with answer.state.lock:
        pending = answer.by_session()
        answer.take(pending)
    parameters = {"DEVICE_KEY": pending.device_key, **answer.responses}
    start = Start(answer.state, answer.pool, answer.client, "USER_AUTH", parameters, answer.ip)
    user = answer.pool.users.get(pending.username) if pending.user_id is not None else None
    if by_srp:
        return begin_srp(start, pending.username, user)
    return check_password(start, user)


CHOICE_HANDLERS = {"SELECT_CHALLENGE": _select_challenge, "PASSWORD": _password}
