"""Every challenge, flow and parameter of the API's model: sent by us, or handed to someone else."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from support.people import PASSWORD

from cognito_srp import (
    InvalidInputError,
    RememberedDevice,
    sign_in,
)
from cognito_srp.signin import begin_sign_in_steps
from cognito_srp.transport.steps import Call, Done, resume

MODEL = botocore.session.get_session().get_service_model("cognito-idp")


CHALLENGES = MODEL.shape_for("ChallengeNameType").metadata["enum"]


FLOWS = MODEL.shape_for("AuthFlowType").metadata["enum"]


OURS = {"PASSWORD_VERIFIER", "PASSWORD", "PASSWORD_SRP", "DEVICE_SRP_AUTH"}


OURS |= {"DEVICE_PASSWORD_VERIFIER"}


SRP = {
    "USERNAME": "zoë",
    "USER_ID_FOR_SRP": "zoë",
    "SALT": "a",
    "SRP_B": "5",
    "SECRET_BLOCK": "AA==",
}


HOW: dict[str, Any] = {"pool_id": "eu_x", "client_id": "c", "username": "zoë"}


KNOWN = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password="p")


def members(operation: str) -> set[str]:
    """The parameters that the API's model has for an operation."""
    shape = MODEL.operation_model(operation).input_shape
    assert shape is not None
    return set(shape.members)


@pytest.mark.parametrize("challenge", [*CHALLENGES, "NOT_YET_INVENTED"])
def test_every_challenge_of_the_model_is_answered_or_handed_on(challenge: str) -> None:
    """Through the steps: SRP began, then this challenge came, with parameters of every kind."""
    steps = begin_sign_in_steps(password=PASSWORD, device=KNOWN, **HOW)
    assert isinstance(resume(steps), Call)
    if challenge == "DEVICE_PASSWORD_VERIFIER":
        resume(steps, {"ChallengeName": "DEVICE_SRP_AUTH", "ChallengeParameters": SRP})
    came = {"ChallengeName": challenge, "ChallengeParameters": SRP, "Session": "s"}
    step = resume(steps, came)
    if challenge in OURS:
        assert isinstance(step, Call)
        assert step.parameters["ChallengeName"] == challenge
        assert step.parameters["Session"] == "s"
    else:
        assert isinstance(step, Done)
        assert step.value.challenge.name == challenge  # type: ignore[union-attr]
        assert step.value.challenge.parameters == SRP  # type: ignore[union-attr]


@pytest.mark.parametrize("admin_form", [False, True])
@pytest.mark.parametrize("flow", FLOWS)
def test_every_flow_of_the_model_begins_or_is_refused_in_words(flow: str, admin_form: bool) -> None:
    refreshes = flow.startswith("REFRESH")
    proof: dict[str, Any] = {"refresh_token": "t"} if refreshes else {"password": PASSWORD}
    steps = begin_sign_in_steps(auth_flow=flow, admin=admin_form, **HOW, **proof)
    wrong = flow.startswith("ADMIN_") if not admin_form else flow == "USER_PASSWORD_AUTH"
    if wrong:
        with pytest.raises(InvalidInputError, match="choose"):
            resume(steps)
        return
    step = resume(steps)
    assert isinstance(step, Call)
    assert step.parameters["AuthFlow"] == flow
    assert step.operation == ("AdminInitiateAuth" if admin_form else "InitiateAuth")
    assert ("UserPoolId" in step.parameters) == admin_form
    assert set(step.parameters) <= members(step.operation)


@pytest.mark.parametrize("admin_form", [False, True])
def test_what_is_passed_through(admin_form: bool) -> None:
    """ClientMetadata, the context and the analytics go with every call that takes them."""
    steps = begin_sign_in_steps(
        password=PASSWORD,
        admin=admin_form,
        client_metadata={"m": "1"},
        user_context_data={"IpAddress": "127.0.0.1"},
        analytics_metadata={"AnalyticsEndpointId": "e"},
        auth_parameters={"MAX_AGE": "60"},
        session="from ConfirmSignUp",
        **HOW,
    )
    first = resume(steps)
    second = resume(steps, {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": SRP})
    context = "ContextData" if admin_form else "UserContextData"
    for step in (first, second):
        assert isinstance(step, Call)
        assert step.parameters["ClientMetadata"] == {"m": "1"}
        assert step.parameters[context] == {"IpAddress": "127.0.0.1"}
        assert step.parameters["AnalyticsMetadata"] == {"AnalyticsEndpointId": "e"}
        assert set(step.parameters) <= members(step.operation)
    assert isinstance(first, Call)
    assert first.parameters["AuthParameters"]["MAX_AGE"] == "60"
    assert first.parameters["Session"] == "from ConfirmSignUp"
    assert isinstance(second, Call)
    assert "Session" not in second.parameters


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"auth_flow": "USER_PASSWORD_AUTH", "admin": True}, "auth_flow"),
        ({"auth_flow": "ADMIN_NO_SRP_AUTH"}, "auth_flow"),
        ({"auth_flow": "GetTokensFromRefreshToken", "admin": True}, "auth_flow"),
        ({"preferred_challenge": "PASSWORD"}, "preferred_challenge"),
        ({"refresh_token": "t", "auth_flow": "USER_SRP_AUTH"}, "refresh_token"),
        ({"auth_flow": "REFRESH_TOKEN_AUTH"}, "refresh_token"),
        ({"password": None}, "password"),
        ({"username": None}, "username"),
    ],
)
def test_what_does_not_go_together(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        sign_in(None, **{**HOW, "password": "p", **changes})  # type: ignore[arg-type]
    assert caught.value.field == field
