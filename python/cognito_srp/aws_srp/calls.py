"""AWSSRP: challenges, and the calls that take a sign-in and a device through them."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from ..devices.confirm import confirm_device
from ..devices.management import forget_device, update_device_status
from ..devices.verifiers import create_device_verifier
from ..errors import InvalidInputError
from ..transport.client import Client
from .challenges import Challenges
from .functions import long_to_hex

if TYPE_CHECKING:
    from .responses import Response

__all__ = ["AWSSRP"]


class AWSSRP(Challenges):
    """One user's side of SRP, or that of a user and their device.

    pycognito's and warrant's class of this name. `pool_region` and `client` exclude each other.
    Without a client, `client` is a boto3 client made when it is first asked for. The three device
    arguments go together. Raises ``ValueError``.
    """

    #: Whose exceptions to raise; a kind that the module lacks is no reason to raise there.
    _exceptions: ClassVar[ModuleType | None] = None

    def authenticate_user(
        self, client: Client | None = None, client_metadata: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Sign in with USER_SRP_AUTH, and with the device where one was given.

        Args:
            client: Serves an object that was made without one.
            client_metadata: ClientMetadata.

        Returns:
            The service's last answer: tokens, or a challenge that is none of the below.

        Raises:
            ForceChangePasswordException: The user has to choose a password.
            SoftwareTokenMFAChallengeException: The user has to give the code of an authenticator.
            SMSMFAChallengeException: The user has to give the code of an SMS.
            NotImplementedError: The service begins with another challenge than PASSWORD_VERIFIER.
            ClientError: botocore's, as the service refuses.
        """
        metadata = {"ClientMetadata": dict(client_metadata)} if client_metadata else {}
        boto = self._boto(client)
        _, proof, answer = self._prove_password(boto, **metadata)
        name = answer.get("ChallengeName")
        if name == self.DEVICE_SRP_CHALLENGE:
            return self._prove_device(boto, answer, proof.get("USERNAME", self.username))
        if name == self.NEW_PASSWORD_REQUIRED_CHALLENGE:
            self._interrupt("ForceChangePasswordException", "Change password before authenticating")
        if name == self.SMS_MFA_CHALLENGE:
            self._interrupt("SMSMFAChallengeException", "Do SMS MFA", answer)
        if name == self.SOFTWARE_TOKEN_MFA_CHALLENGE:
            self._interrupt("SoftwareTokenMFAChallengeException", "Do Software Token MFA", answer)
        return answer

    def set_new_password_challenge(
        self, new_password: str, client: Client | None = None
    ) -> dict[str, Any]:
        """Sign in with a temporary password and choose the permanent one.

        Args:
            new_password: The permanent password.
            client: Serves an object that was made without one.

        Returns:
            The service's last answer. With a password that is permanent already, that is the answer
                to the sign-in.
        """
        boto = self._boto(client)
        asked, _, answer = self._prove_password(boto)
        if answer.get("ChallengeName") != self.NEW_PASSWORD_REQUIRED_CHALLENGE:
            return answer
        username = asked["ChallengeParameters"].get("USERNAME", self.username)
        fields = {"USERNAME": username, "NEW_PASSWORD": new_password}
        return self._respond(boto, answer, fields | self._client_and_device(username))

    def _boto(self, client: Client | None) -> Any:
        return vars(self).get("client") or client or self.client

    def _prove_password(
        self, boto: Any, **options: Any
    ) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
        """The challenge that USER_SRP_AUTH begins with, our response, and the answer to that."""
        sent = self.get_auth_params()
        asked = boto.initiate_auth(
            AuthFlow="USER_SRP_AUTH", AuthParameters=sent, ClientId=self.client_id
        )
        if asked["ChallengeName"] != self.PASSWORD_VERIFIER_CHALLENGE:
            raise NotImplementedError(f"The {asked['ChallengeName']} challenge is not supported")
        proof = self.process_challenge(asked["ChallengeParameters"], sent)
        return asked, proof, self._respond(boto, asked, proof, **options)

    def _prove_device(self, boto: Any, asked: Mapping[str, Any], username: str) -> dict[str, Any]:
        fields = {"USERNAME": username, "SRP_A": long_to_hex(self.large_a_value)}
        asked = self._respond(boto, asked, fields | self._client_and_device(username))
        return self._respond(
            boto, asked, self.process_device_challenge(asked["ChallengeParameters"])
        )

    def _respond(
        self, boto: Any, asked: Mapping[str, Any], responses: Mapping[str, str], **options: Any
    ) -> dict[str, Any]:
        """RespondToAuthChallenge; a Session goes back exactly when one came."""
        if asked.get("Session"):
            options["Session"] = asked["Session"]
        answer: dict[str, Any] = boto.respond_to_auth_challenge(
            ClientId=self.client_id,
            ChallengeName=asked["ChallengeName"],
            ChallengeResponses=responses,
            **options,
        )
        return answer

    def _interrupt(self, kind: str, *arguments: object) -> None:
        """Raises theirs of that name, where they have one: warrant returns MFA challenges."""
        from . import exceptions

        exception = getattr(self._exceptions or exceptions, kind, None)
        if exception is not None:
            raise exception(*arguments)

    def confirm_device(
        self, tokens: Mapping[str, Any], device_name: str | None = None
    ) -> tuple[Response, str]:
        """ConfirmDevice for the new device of a sign-in, with a random password for it.

        The verifier is computed again on another engine before it is sent; any exception carries it
        as ``.verifier``.

        Args:
            tokens: The service's last answer, with AuthenticationResult and NewDeviceMetadata.
            device_name: How the device is called: after this machine unless told otherwise.

        Returns:
            The service's answer, in the form of requests' ``Response`` whether it agrees or
                refuses, and the device's password.
        """
        result = tokens["AuthenticationResult"]
        token, metadata = result["AccessToken"], result["NewDeviceMetadata"]
        key, group_key = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        verifier = create_device_verifier(device_group_key=group_key, device_key=key)
        password = str(verifier.device_password)
        self._begin(token, key)
        self.device_group_key, self.device_password = group_key, password
        self.device_name = device_name
        name = (platform.node() or None) if device_name is None else device_name

        def send() -> dict[str, Any]:
            confirmed = confirm_device(
                self.client, access_token=token, verifier=verifier, device_name=name
            )
            return {"UserConfirmationNecessary": confirmed.user_confirmation_necessary}

        return self._send(send), password

    def update_device_status(self, is_remembered: bool, access_token: str, device_key: str) -> str:
        """UpdateDeviceStatus.

        Args:
            is_remembered: Whether the user wants the device remembered.
            access_token: An access token of the user.
            device_key: The device's key.

        Returns:
            The service's answer in words, as theirs gives it.
        """
        if not isinstance(is_remembered, bool):
            rule = f"must be a bool, not {type(is_remembered).__name__}"
            raise InvalidInputError("is_remembered", rule, "pass True or False")
        self._begin(access_token, device_key)

        def send() -> dict[str, Any]:
            update_device_status(
                self.client,
                access_token=access_token,
                device_key=device_key,
                remembered=is_remembered,
            )
            return {}

        return _in_words(self._send(send))

    def forget_device(self, access_token: str, device_key: str) -> str:
        """ForgetDevice.

        Args:
            access_token: An access token of the user.
            device_key: The device's key.

        Returns:
            The service's answer in words, as theirs gives it.
        """
        self._begin(access_token, device_key)

        def send() -> dict[str, Any]:
            forget_device(self.client, access_token=access_token, device_key=device_key)
            return {}

        return _in_words(self._send(send))

    def _begin(self, access_token: str, device_key: str) -> None:
        self.access_token, self.device_key = access_token, device_key
        self.cognito_idp_url = self.client.meta.endpoint_url

    def _send(self, send: Callable[[], Mapping[str, Any]]) -> Response:
        from .responses import respond

        return respond(str(self.cognito_idp_url), send)


def _in_words(response: Response) -> str:
    return f"{response} : {response.json}"
