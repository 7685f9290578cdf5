"""Requests to operations: ours where moto lacks one or only pretends, moto's for the rest.

What is replaced in moto, and why. Nothing is patched: these are subclasses, reached only
through a `LocalCognito`.

==================================  ==============================================================
replaced                            why
==================================  ==============================================================
initiate_auth,                      accept any SRP proof; B and SALT are random text; device keys,
respond_to_auth_challenge,          SECRET_HASH in most calls, and ExplicitAuthFlows are ignored;
their Admin forms                   TOTP and SMS codes are taken as they come
confirm_device, get_device, …,      do not exist
their Admin forms,
get_tokens_from_refresh_token,
revoke_token
associate_software_token,           one secret for all users; any code verifies
verify_software_token
create_jwt and what calls it        fixed hour, the system's clock, one key for both tokens, no
                                    device_key, event_id and attributes
sign_up, confirm_sign_up,           no SECRET_HASH; any code is right, and none is sent; passwords
forgot_password,                    and attributes go unchecked; look into moto's global registry
confirm_forgot_password,
change_password,
update_user_attributes, get_user
admin_create_user and the other     no aliases, invitations and temporary passwords that end;
operations on users                 changed addresses stay verified
delete_user, …, the verification    do not exist
of attributes, set_user_settings
set_user_pool_mfa_config,           know nothing of codes by e-mail; demand members that the model
get_user_pool_mfa_config,           does not
set_user_mfa_preference,
admin_set_user_mfa_preference
create_user_pool_client             a client secret has hyphens, which AWS's pattern forbids
backend, the region-agnostic one,   the global registry is shared by all of a process and emptied
Pool.backend                        by every mock_aws
Pool.__new__, User.__new__          keep every pool and user in class-wide lists for good
Pool._get_user                      knows neither aliases nor letter case nor subs; reads all users
                                    of a pool before it tries the name itself
User.to_json                        shows settings that are not there as empty
Pool.__init__, Pool.json_web_key    works out the primes of the signing key for every pool, 240 ms
Pool.create_id_token                keeps every id token for good, and never looks at one
Pool.sign_out                       does not find the tokens of a user named by an alias
admin_delete_user,                  do not know of devices, authenticators and verifiers
delete_user_pool
create_user_pool, sign_up,          fail with no error of the service's where a name, a password, an
add_custom_attributes,              attribute's value or the pool is missing
list_resource_servers,
whatever takes UserAttributes
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

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import camelcase_to_underscores

from ...srp.encoding import token_claims
from ..console.calls import Answered, HttpExchange
from ..operations.account import AccountOperations
from ..operations.admin import AdminOperations
from ..operations.admin_users import AdminUserOperations
from ..operations.base import Result
from ..operations.devices import DeviceOperations
from ..operations.mfa import MfaOperations
from ..operations.pools import PoolOperations
from ..operations.profile import ProfileOperations
from ..operations.sign_in import SignInOperations
from ..refusals import Refusal
from ..store.pool import ACCOUNT
from ..store.state import State
from ..store.tokens import authenticate
from .validation import declared_errors, operations, validate

__all__ = ["LocalResponse", "failed"]

_CONTENT_TYPE = "application/x-amz-json-1.1"

#: These take the lock for themselves, and only around what needs it.
_LOCK_THEMSELVES = frozenset(
    {
        "admin_initiate_auth",
        "admin_respond_to_auth_challenge",
        "initiate_auth",
        "respond_to_auth_challenge",
    }
)


class LocalResponse(
    AccountOperations,
    AdminOperations,
    AdminUserOperations,
    DeviceOperations,
    MfaOperations,
    PoolOperations,
    ProfileOperations,
    SignInOperations,
):
    """One request to one LocalCognito; `exchange` is told what becomes of it."""

    def __init__(self, state: State, exchange: HttpExchange) -> None:
        super().__init__(state)
        self.exchange = exchange

    def answer(
        self, operation: str, params: dict[str, Any], region: str | None, ip: str
    ) -> Answered:
        """Runs an operation. `region` is that of the request's signature, if it has one."""
        self.operation, self.params, self.ip = operation, params, ip
        self.exchange.operation, self.exchange.params = operation, params
        self.body = json.dumps(params)
        self.headers = {"Content-Type": _CONTENT_TYPE}
        self.response_headers = {"x-amzn-requestid": str(uuid.uuid4())}
        self.querystring = {}
        self.uri_match = {}
        self._caller = None
        self.current_account = ACCOUNT
        self.region = self._region_of_request() or region or self.state.region
        try:
            return self._perform()
        except ServiceException as error:
            self.exchange.refuse(error)
            return failed(self._declared(error.code), error.message)
        except JsonRESTError as error:
            self.exchange.refuse(error)
            return failed(self._declared(error.error_type), error.message)

    def _perform(self) -> Answered:
        if self.operation not in operations():
            raise Refusal("UnknownOperationException", f"{self.operation} is not an operation")
        name = _methods().get(self.operation)
        if name is None:
            name = camelcase_to_underscores(self.operation)
            message = f"The {name} action has not been implemented ({self.operation})"
            return failed("NotImplementedException", message, 501)
        validate(self.operation, self.params)
        if "UserAttributes" in self.params:
            given = self.params["UserAttributes"] or ()
            self.params["UserAttributes"] = [{"Value": "", **attribute} for attribute in given]
        if name in _LOCK_THEMSELVES:
            return self._finish(getattr(self, name)())
        with self.state.lock:
            if "AccessToken" in self.params:
                self._caller = authenticate(self.state, self.params["AccessToken"])
                self.exchange.caller = self._caller
            return self._finish(getattr(self, name)())

    def _declared(self, code: str) -> str:
        """Some operations, AdminListDevices among them, declare no UserNotFoundException."""
        if code == "UserNotFoundException" and code not in declared_errors(self.operation):
            return "ResourceNotFoundException"
        return code

    def _finish(self, result: Result | None) -> Answered:
        self.exchange.result = result or Result({})
        status, headers, body = self.serialized(self.exchange.result)
        text = body.decode() if isinstance(body, bytes) else str(body)
        return int(status), {k: str(v) for k, v in headers.items()}, text

    def _region_of_request(self) -> str | None:
        """Requests are often unsigned: the pool they mean tells the region."""
        pool = None
        pool_id, client_id, token = map(self.params.get, ("UserPoolId", "ClientId", "AccessToken"))
        if isinstance(pool_id, str):
            pool = self.state.pool(pool_id)
        elif isinstance(client_id, str):
            pool = self.state.pool_of_client(client_id)
        elif isinstance(token, str):
            issuer = token_claims(token).get("iss", "")
            pool = self.state.pool(str(issuer).rpartition("/")[2])
        return pool.region if pool is not None else None

    def _get_action(self) -> str:
        return self.operation


def failed(code: str, message: str, status: int = 400) -> Answered:
    """An error as AWS puts it: JSON 1.1's `__type`, and the same name in a header."""
    headers = {
        "content-type": _CONTENT_TYPE,
        "x-amzn-requestid": str(uuid.uuid4()),
        "x-amzn-errortype": f"{code}:",
    }
    return status, headers, json.dumps({"__type": code, "message": message})


@lru_cache(maxsize=1)
def _methods() -> dict[str, str]:
    """The operations that exist here, and the names of their methods."""
    named = {operation: camelcase_to_underscores(operation) for operation in operations()}
    there = {name for name, _ in inspect.getmembers(LocalResponse, inspect.isfunction)}
    return {operation: name for operation, name in named.items() if name in there}
