"""What nobody knows of AWS is a switch, and both of its positions work."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.local_people import PASSWORD

from cognito_srp.local import CustomAuth, LocalCognito

CODES = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
ANN = {"email": "ann@example.com", "email_verified": "true"}


@pytest.fixture
def begin() -> Any:
    """`begin(flow, parameters, switch=True)` begins Ann's sign-in, who has an authenticator."""

    def begin(flow: Any, parameters: Any = (), factor: Any = True, **switches: Any) -> Any:
        with LocalCognito(**switches) as cognito:
            pool = cognito.create_pool(mfa="OPTIONAL", Policies=CODES)
            pool.create_user("ann", PASSWORD, attributes=ANN)
            if factor:
                pool.use_authenticator("ann")

            def issue(event: Any, context: Any) -> Any:
                return {"response": {"issueTokens": True}}

            pool.use_custom_auth(CustomAuth(issue, issue, issue))
            return cognito.client().initiate_auth(
                ClientId=pool.client_id,
                AuthFlow=flow,
                AuthParameters={"USERNAME": "ann", **dict(parameters)},
            )

    return begin


@pytest.mark.parametrize("asks", [False, True])
def test_whether_custom_auth_asks_for_the_second_factor(begin: Any, asks: bool) -> None:
    answer = begin("CUSTOM_AUTH", custom_auth_asks_second_factor=asks)
    assert answer.get("ChallengeName") == ("SOFTWARE_TOKEN_MFA" if asks else None)


@pytest.mark.parametrize("offers", [False, True])
def test_whether_a_second_factor_leaves_only_passwords_to_choose(begin: Any, offers: bool) -> None:
    available = begin("USER_AUTH", choice_with_second_factor=offers)["AvailableChallenges"]
    assert ("EMAIL_OTP" in available) == offers


def test_whether_a_preference_that_is_not_available_is_refused(begin: Any) -> None:
    preferring = {"PREFERRED_CHALLENGE": "SMS_OTP"}
    assert begin("USER_AUTH", preferring)["ChallengeName"] == "SELECT_CHALLENGE"
    with pytest.raises(ClientError, match="SMS_OTP is not one of the available challenges"):
        begin("USER_AUTH", preferring, unavailable_choice_is_refused=True)
    answer = begin("USER_AUTH", unavailable_choice_is_refused=True)
    assert answer["ChallengeName"] == "SELECT_CHALLENGE"
