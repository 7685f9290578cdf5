"""The type of the clients that calls go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient as Client
else:
    Client = Any

__all__ = ["Client"]
