"""What a type checker makes of code that uses the drop-in; `make lint` asks mypy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cognito_srp import aws_srp, redaction
from cognito_srp.aws_srp import AWSSRP, SMSMFAChallengeException

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from typing_extensions import assert_type


def sign_in(client: CognitoIdentityProviderClient) -> Mapping[str, Any]:
    helper = AWSSRP("ann", "password", "eu-west-1_Pool", "client", client=client)
    assert_type(helper.client, "CognitoIdentityProviderClient")
    assert_type(helper.large_a_value, int)
    assert_type(pow(helper.val_g, 5, helper.big_n), int)
    try:
        return helper.authenticate_user(client_metadata={"reason": "a test"})
    except aws_srp.ForceChangePasswordException:
        return helper.set_new_password_challenge("another")
    except SMSMFAChallengeException as challenge:
        assert_type(challenge.get_tokens(), Mapping[str, Any])
        raise


def enroll(helper: AWSSRP, tokens: Mapping[str, Any]) -> None:
    answer, password = helper.confirm_device(tokens, device_name="a laptop")
    assert_type(answer.status_code, int)
    assert_type(answer.ok, bool)
    assert_type(password, str)
    assert_type(helper.update_device_status(True, "token", "key"), str)
    assert_type(helper.forget_device("token", "key"), str)


def functions() -> None:
    assert_type(aws_srp.generate_hash_device("group", "key"), tuple[str, dict[str, str]])
    assert_type(aws_srp.pad_hex(5), str)
    assert_type(aws_srp.pad_hex("05"), str)
    assert_type(aws_srp.compute_hkdf(b"", bytearray()), bytes)
    assert_type(AWSSRP.get_secret_hash("ann", "client", "secret"), str)
    assert_type(AWSSRP.get_cognito_formatted_timestamp(datetime.now()), str)


def both_that_can_be_undone() -> None:
    aws_srp.install("pycognito")
    aws_srp.uninstall()
    with aws_srp.install(), redaction.install():
        functions()
