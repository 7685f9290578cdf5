"""Requests to operations: ours where moto lacks one or only pretends, moto's for the rest.

What is replaced in moto, and why. Nothing is patched: these are subclasses, reached only
through a `LocalCognito`.

==================================  ==============================================================
replaced                            why
==================================  ==============================================================
initiate_auth,                      accept any SRP proof; B and SALT are random text; device keys,
respond_to_auth_challenge           SECRET_HASH in most calls, and ExplicitAuthFlows are ignored
confirm_device, get_device, …       do not exist
create_jwt                          fixed hour, the system's clock, no device_key claim
forgot_password,                    look into moto's global registry; ours look into this server's
confirm_forgot_password,            regions
change_password
backend, the region-agnostic one,   the global registry is shared by all of a process and emptied
Pool.backend                        by every mock_aws
Pool.__new__                        keeps every pool in a class-wide list for good
Pool._get_user                      reads all users of a pool before it tries the name itself
Pool's signing key                  parsed from its file for every pool
admin_delete_user                   does not know of devices
setup_class                         visits IAM's global registry; reads a JSON body as a query
                                    string, so that a password with "&Username=" in it overrides
                                    the parameter of that name
call_action                         lists the class's methods anew per request; asks IAM; has no
                                    lock; does not check parameters against the service model nor
                                    an access token's expiry
_get_param, parameters              parse the body once per parameter
==================================  ==============================================================
"""

from __future__ import annotations

import inspect
import json
import uuid
from functools import lru_cache
from typing import Any

from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import camelcase_to_underscores

from .device_operations import DeviceOperations
from .operations import Result
from .pool import ACCOUNT, Backend
from .refusals import Refusal
from .sign_in_operations import SignInOperations
from .state import State
from .tokens import authenticate, claims_of
from .validation import operations, validate

__all__ = ["Answered", "Response", "failed"]

#: HTTP status, headers and body.
Answered = tuple[int, dict[str, str], str]

_CONTENT_TYPE = "application/x-amz-json-1.1"

#: These take the lock for themselves, and only around what needs it.
_LOCK_THEMSELVES = frozenset({"initiate_auth", "respond_to_auth_challenge"})


class Response(DeviceOperations, SignInOperations, CognitoIdpResponse):
    """One request to one LocalCognito."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state

    def answer(
        self, operation: str, params: dict[str, Any], region: str | None, ip: str
    ) -> Answered:
        """Runs an operation. `region` is that of the request's signature, if it has one."""
        self.operation, self.params, self.ip = operation, params, ip
        self.body = json.dumps(params)
        self.headers = {"Content-Type": _CONTENT_TYPE}
        self.response_headers = {"x-amzn-requestid": str(uuid.uuid4())}
        self.querystring = {}
        self.uri_match = {}
        self.current_account = ACCOUNT
        self.region = self._region_of_request() or region or self.state.region
        try:
            return self._finish(self._perform())
        except ServiceException as error:
            return failed(error.code, error.message)
        except JsonRESTError as error:
            return failed(error.error_type, error.message)

    def _perform(self) -> Any:
        name = camelcase_to_underscores(self.operation)
        if self.operation not in operations():
            raise Refusal("UnknownOperationException", f"{self.operation} is not an operation")
        if name not in _methods():
            message = f"The {name} action has not been implemented"
            raise Refusal("NotImplementedException", message)
        validate(self.operation, self.params)
        if name in _LOCK_THEMSELVES:
            return getattr(self, name)()
        with self.state.lock:
            if "AccessToken" in self.params:
                authenticate(self.state, self.params["AccessToken"])
            return getattr(self, name)()

    def _finish(self, result: Result | None) -> Answered:
        status, headers, body = self.serialized(result or Result({}))
        text = body.decode() if isinstance(body, bytes) else str(body)
        return int(status), {k: str(v) for k, v in headers.items()}, text

    def _region_of_request(self) -> str | None:
        """Requests are often unsigned: the pool they mean tells the region."""
        pool_id = self.params.get("UserPoolId")
        if isinstance(pool_id, str):
            return pool_id.rpartition("_")[0] or None
        pool = None
        client_id, token = self.params.get("ClientId"), self.params.get("AccessToken")
        if isinstance(client_id, str):
            pool = self.state.pool_of_client(client_id)
        elif isinstance(token, str):
            issuer = (claims_of(token) or {}).get("iss", "")
            pool = self.state.pool(str(issuer).rpartition("/")[2])
        return pool.region if pool is not None else None

    @property
    def backend(self) -> Backend:
        return self.state.backend(self.region)

    def _get_region_agnostic_backend(self) -> Any:
        # moto's looks for the region first; ours is known by now, and has the same methods.
        return self.backend

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.params)

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = self.params.get(param_name)
        return if_none if value is None else value

    def _get_action(self) -> str:
        return self.operation

    def forgot_password(self) -> Result:
        code, response = self.backend.forgot_password(
            self.params["ClientId"], self.params["Username"]
        )
        self.response_headers["x-moto-forgot-password-confirmation-code"] = code or ""
        return Result(response)

    def confirm_forgot_password(self) -> Result:
        self.backend.confirm_forgot_password(
            self.params["ClientId"],
            self.params["Username"],
            self.params["Password"],
            self.params["ConfirmationCode"],
        )
        return Result({})

    def change_password(self) -> Result:
        self.backend.change_password(
            self.params["AccessToken"],
            self.params.get("PreviousPassword", ""),
            self.params["ProposedPassword"],
        )
        return Result({})


def failed(code: str, message: str, status: int = 400) -> Answered:
    """An error as AWS puts it: JSON 1.1's `__type`, and the same name in a header."""
    headers = {
        "content-type": _CONTENT_TYPE,
        "x-amzn-requestid": str(uuid.uuid4()),
        "x-amzn-errortype": f"{code}:",
    }
    return status, headers, json.dumps({"__type": code, "message": message})


@lru_cache(maxsize=1)
def _methods() -> frozenset[str]:
    """The operations that exist here, by method name."""
    names = {name for name, _ in inspect.getmembers(Response, inspect.isfunction)}
    return frozenset(names & {camelcase_to_underscores(name) for name in operations()})
