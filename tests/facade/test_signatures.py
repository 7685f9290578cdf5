"""One set of keywords wherever a sign-in begins: explicit, in one order, with one default each."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest

import cognito_srp
from cognito_srp import AppClientIds, aio
from cognito_srp.enroll import Credentials
from cognito_srp.signin import sign_in_steps
from cognito_srp.signin.request import AppClient, Request

AWAITABLE = [name for name in aio.__all__ if name not in {"Session", "run"}]


def keywords(function: Any) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function).parameters
    assert not {p.kind for p in parameters.values()} & {
        inspect.Parameter.VAR_KEYWORD,
        inspect.Parameter.VAR_POSITIONAL,
    }
    return {name: p for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", AWAITABLE)
def test_awaitable_functions_take_what_the_others_take(name: str) -> None:
    assert keywords(getattr(aio, name)) == keywords(getattr(cognito_srp, name))
    assert inspect.getdoc(getattr(aio, name))


def test_a_sign_in_takes_the_same_in_one_step_and_in_many() -> None:
    whole = keywords(cognito_srp.sign_in)
    assert whole.pop("on_challenge").default is None
    assert whole == keywords(cognito_srp.begin_sign_in)
    assert list(whole) == list(keywords(cognito_srp.begin_sign_in))


def test_a_request_holds_all_that_a_sign_in_takes() -> None:
    taken = set(keywords(sign_in_steps)) - {"on_challenge"}
    held = set(Request.__dataclass_fields__) - {"app"} | set(AppClient.__dataclass_fields__)
    assert taken == held


def test_what_is_passed_on_by_name_is_typed_as_a_sign_in_takes_it() -> None:
    taken = keywords(cognito_srp.sign_in)
    hints = get_type_hints(AppClientIds)
    assert set(hints) == set(AppClient.__dataclass_fields__)
    for name in AppClientIds.__required_keys__:
        assert taken[name].default is inspect.Parameter.empty
    for name in AppClientIds.__optional_keys__:
        assert taken[name].default is None


def test_credentials_are_some_of_what_a_sign_in_takes() -> None:
    assert set(Credentials.__dataclass_fields__) < set(keywords(cognito_srp.sign_in))


def test_help_shows_every_keyword() -> None:
    shown = str(inspect.signature(cognito_srp.sign_in))
    for name in keywords(sign_in_steps):
        assert f"{name}:" in shown
