"""AWS's Python example for ConfirmDevice, on our engines and against the local Cognito.

The two functions take the same steps as ``confirm_mfa_device`` and ``sign_in_with_tracked_device``
of AWS's code library (``python/example_code/cognito/cognito_idp_actions.py`` in
aws-doc-sdk-examples). Those take a module such as pycognito's or warrant's `aws_srp` as a
parameter; here it is ours, and nothing else changes.

    python examples/aws_confirm_device.py
"""

from __future__ import annotations

import base64
from typing import Any


def confirm_mfa_device(
    *,
    client: Any,
    client_id: str,
    user_name: str,
    device_key: str,
    device_group_key: str,
    device_password: str,
    access_token: str,
    aws_srp: Any,
) -> bool:
    """Gives a device a verifier; tells whether the user has to say that it may be remembered."""
    helper = aws_srp.AWSSRP(
        username=user_name,
        password=device_password,
        pool_id="_",
        client_id=client_id,
        client_secret=None,
        client=client,
    )
    identity_hash = aws_srp.hash_sha256(
        f"{device_group_key}{device_key}:{device_password}".encode("utf-8")  # noqa: UP012
    )
    salt = aws_srp.pad_hex(aws_srp.get_random(16))
    x = aws_srp.hex_to_long(aws_srp.hex_hash(salt + identity_hash))
    verifier = aws_srp.pad_hex(pow(helper.val_g, x, helper.big_n))

    def encoded(digits: str) -> str:
        return base64.standard_b64encode(bytearray.fromhex(digits)).decode("utf-8")

    response = client.confirm_device(
        AccessToken=access_token,
        DeviceKey=device_key,
        DeviceSecretVerifierConfig={"PasswordVerifier": encoded(verifier), "Salt": encoded(salt)},
    )
    return bool(response["UserConfirmationNecessary"])


def sign_in_with_tracked_device(
    *,
    client: Any,
    client_id: str,
    user_name: str,
    password: str,
    device_key: str,
    device_group_key: str,
    device_password: str,
    aws_srp: Any,
) -> dict[str, Any]:
    """Signs in with the device in the place of a second factor; returns the tokens."""
    helper = aws_srp.AWSSRP(
        username=user_name,
        password=device_password,
        pool_id="_",
        client_id=client_id,
        client_secret=None,
        client=client,
    )
    begun = client.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user_name, "PASSWORD": password, "DEVICE_KEY": device_key},
    )
    if begun["ChallengeName"] != "DEVICE_SRP_AUTH":
        raise RuntimeError(f"DEVICE_SRP_AUTH was to come, not {begun['ChallengeName']}")
    public_value = helper.get_auth_params()
    public_value["DEVICE_KEY"] = device_key
    asked = client.respond_to_auth_challenge(
        ClientId=client_id, ChallengeName="DEVICE_SRP_AUTH", ChallengeResponses=public_value
    )
    if asked["ChallengeName"] != "DEVICE_PASSWORD_VERIFIER":
        raise RuntimeError(f"DEVICE_PASSWORD_VERIFIER was to come, not {asked['ChallengeName']}")

    # The device's keys stand in for a user's name, and a pool called nothing for the pool.
    parameters = asked["ChallengeParameters"]
    parameters["USER_ID_FOR_SRP"] = device_group_key + device_key
    proof = helper.process_challenge(parameters, {"USERNAME": user_name})
    proof["USERNAME"] = user_name
    proof["DEVICE_KEY"] = device_key
    signed_in = client.respond_to_auth_challenge(
        ClientId=client_id, ChallengeName="DEVICE_PASSWORD_VERIFIER", ChallengeResponses=proof
    )
    tokens: dict[str, Any] = signed_in["AuthenticationResult"]
    return tokens


def main() -> None:
    import secrets

    from cognito_srp import aws_srp
    from cognito_srp.local import LocalCognito

    with LocalCognito() as cognito:
        pool, client = cognito.create_pool(), cognito.client()
        password = f"Correct-{secrets.token_hex(8)}"
        user = pool.create_user("ann", password)
        result = pool.sign_in(user, password)
        device = {
            "device_key": result["NewDeviceMetadata"]["DeviceKey"],
            "device_group_key": result["NewDeviceMetadata"]["DeviceGroupKey"],
            "device_password": secrets.token_urlsafe(32),
        }
        shared: Any = {"client": client, "client_id": pool.client_id, "user_name": user}
        shared |= device | {"aws_srp": aws_srp}
        ask = confirm_mfa_device(access_token=result["AccessToken"], **shared)
        print(f"Confirmed {device['device_key']}; the user has to be asked: {ask}")
        tokens = sign_in_with_tracked_device(password=password, **shared)
        print(f"Signed in with it; the tokens last {tokens['ExpiresIn']} s")


if __name__ == "__main__":
    main()
