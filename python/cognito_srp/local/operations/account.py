"""moto's sign-up and password operations, with SECRET_HASH checked and in this server's pools."""

from __future__ import annotations

from typing import Any

from ..flows.app_clients import check_secret_hash
from ..refusals import incorrect, missing_parameter
from .base import Operations, Result

__all__ = ["AccountOperations"]


class AccountOperations(Operations):
    """Operations on an account by someone who is not signed in, and ChangePassword."""

    def sign_up(self) -> Any:
        self._check_secret_hash()
        if self.params.get("Password") is None:  # the model allows it, for passkeys and such
            raise missing_parameter("Password")
        return super().sign_up()

    def confirm_sign_up(self) -> Any:
        self._check_secret_hash()
        return super().confirm_sign_up()

    def forgot_password(self) -> Result:
        self._check_secret_hash()
        code, response = self.backend.forgot_password(
            self.params["ClientId"], self.params["Username"]
        )
        # moto's way to hand the code to a test.
        self.response_headers["x-moto-forgot-password-confirmation-code"] = code or ""
        return Result(response)

    def confirm_forgot_password(self) -> Result:
        self._check_secret_hash()
        self.backend.confirm_forgot_password(
            self.params["ClientId"],
            self.params["Username"],
            self.params["Password"],
            self.params["ConfirmationCode"],
        )
        return Result({})

    def change_password(self) -> Result:
        if self.params.get("PreviousPassword", "") != (self.caller.user.password or ""):
            raise incorrect()
        self.backend.change_password(
            self.params["AccessToken"],
            self.params.get("PreviousPassword", ""),
            self.params["ProposedPassword"],
        )
        return Result({})

    def _check_secret_hash(self) -> None:
        """These operations take the username as it was sent."""
        _, client = self.state.client(self.params["ClientId"])
        check_secret_hash(client, self.params["Username"], self.params.get("SecretHash"))
