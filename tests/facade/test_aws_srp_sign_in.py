"""The drop-in's answers over HTTP, against a server that verifies every proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.people import PASSWORD

from cognito_srp import aws_srp
from cognito_srp.local import LocalCognito

Make = Callable[..., aws_srp.AWSSRP]


@pytest.fixture(params=[False, True], ids=["public client", "client secret"])
def make(request: pytest.FixtureRequest, cognito: LocalCognito, client: Any) -> Make:
    """An AWSSRP for a new user of a new pool; `device` are the device arguments."""
    pool = cognito.create_pool(client_secret=request.param)
    pool.create_user("zoë", PASSWORD)

    def build(password: str = PASSWORD, **device: Any) -> aws_srp.AWSSRP:
        return aws_srp.AWSSRP(
            username="zoë",
            password=password,
            pool_id=pool.pool_id,
            client_id=pool.client_id,
            client=client,
            client_secret=pool.client_secret,
            **device,
        )

    return build


def respond(made: aws_srp.AWSSRP, name: str, responses: dict[str, str]) -> Any:
    return made.client.respond_to_auth_challenge(
        ClientId=made.client_id,
        ChallengeName=name,  # type: ignore[arg-type]
        ChallengeResponses=responses,
    )


def sign_in(made: aws_srp.AWSSRP, arguments: int = 2) -> Any:
    """USER_SRP_AUTH and, where it is asked for, the device; both signatures of the answer."""
    sent = made.get_auth_params()
    asked = made.client.initiate_auth(
        AuthFlow="USER_SRP_AUTH", ClientId=made.client_id, AuthParameters=sent
    )
    assert asked["ChallengeName"] == made.PASSWORD_VERIFIER_CHALLENGE
    given = (asked["ChallengeParameters"], sent)[:arguments]
    answer = respond(made, made.PASSWORD_VERIFIER_CHALLENGE, made.process_challenge(*given))
    if answer.get("ChallengeName") == made.DEVICE_SRP_CHALLENGE:
        asked = respond(made, made.DEVICE_SRP_CHALLENGE, made.get_auth_params())
        assert asked["ChallengeName"] == made.DEVICE_PASSWORD_VERIFIER_CHALLENGE
        proof = made.process_device_challenge(asked["ChallengeParameters"])
        answer = respond(made, made.DEVICE_PASSWORD_VERIFIER_CHALLENGE, proof)
    return answer["AuthenticationResult"]


def enroll(made: aws_srp.AWSSRP) -> dict[str, str]:
    """A confirmed device, as the arguments that AWSSRP takes."""
    result = sign_in(made)
    metadata = result["NewDeviceMetadata"]
    group_key, key = metadata["DeviceGroupKey"], metadata["DeviceKey"]
    password, config = aws_srp.generate_hash_device(group_key, key)
    made.client.confirm_device(
        AccessToken=result["AccessToken"],
        DeviceKey=key,
        DeviceSecretVerifierConfig=config,  # type: ignore[arg-type]
    )
    return {"device_key": key, "device_group_key": group_key, "device_password": password}


@pytest.mark.parametrize("arguments", [1, 2])
def test_a_user(make: Make, arguments: int) -> None:
    assert sign_in(make(), arguments)["AccessToken"]


@pytest.mark.parametrize("arguments", [1, 2])
def test_a_device(make: Make, arguments: int) -> None:
    device = enroll(make())
    for _ in range(3):
        assert "NewDeviceMetadata" not in sign_in(make(**device), arguments)


def test_what_is_wrong_is_refused(make: Make) -> None:
    device = enroll(make())
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        sign_in(make("Wrong-horse-1"))
    for name in ("device_password", "device_group_key"):
        with pytest.raises(ClientError, match="NotAuthorizedException"):
            sign_in(make(**{**device, name: "-wrong"}))


def test_with_an_a_as_long_as_theirs(make: Make) -> None:
    made = make()
    made.small_a_value = aws_srp.get_random(128)
    assert sign_in(made)["AccessToken"]
