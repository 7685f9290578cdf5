"""One call to Cognito, its failures turned into our errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import InvalidInputError, UnreachableError, service_error

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient as Client
else:
    Client = Any

__all__ = ["Client", "call"]


def call(client: Client, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call an API operation by its name (``ConfirmDevice``) and return the response.

    Raises a `ServiceError` when Cognito refuses, `UnreachableError` when no answer comes, and
    `InvalidInputError` when botocore finds the parameters not to be of the API's types.
    """
    from botocore import exceptions, xform_name
    from botocore.parsers import ResponseParserError

    try:
        response: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
    except exceptions.ClientError as error:
        details = error.response.get("Error", {})
        code, message = details.get("Code", "Unknown"), details.get("Message", "")
        raise service_error(operation, code, message) from error
    except exceptions.ConnectionError as error:
        # Never connected, except that TLS can also break with a request under way.
        effect = isinstance(error, exceptions.SSLError)
        raise UnreachableError(operation, str(error), may_have_had_effect=effect) from error
    except (exceptions.HTTPClientError, ResponseParserError) as error:
        raise UnreachableError(operation, str(error), may_have_had_effect=True) from error
    except exceptions.ParamValidationError:
        # It quotes the values, tokens among them, so it must not even become a context.
        pass
    else:
        return response
    raise InvalidInputError(
        operation, "a parameter is not of the API's type", "check the types of the arguments"
    )
