"""What the classes that hold our operations share."""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult

from ..refusals import Refusal, missing_parameter, pool_does_not_exist, user_does_not_exist
from ..store.backend import Backend
from ..store.names import find_user
from ..store.pool import Pool
from ..store.state import State
from ..store.tokens import Caller
from ..store.user import User

__all__ = ["Operations", "Result"]

#: moto's serializer turns it into the response that the service model describes.
Result = ActionResult


class Operations(CognitoIdpResponse):
    """One request: its parameters, where it came from, and the state it acts on.

    moto's dispatch finds an operation by its method name, ConfirmDevice as `confirm_device`.
    """

    state: State
    params: dict[str, Any]
    ip: str
    _caller: Caller | None

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state

    @property
    def caller(self) -> Caller:
        """The user behind the request's AccessToken, which dispatch has checked."""
        if self._caller is None:
            raise missing_parameter("AccessToken")
        return self._caller

    @property
    def backend(self) -> Backend:
        """The backend of the request's Region."""
        return self.state.backend(self.region)

    def named_pool(self) -> Pool:
        """The pool that UserPoolId names."""
        pool = self.state.pool(self.params["UserPoolId"])
        if pool is None:
            raise pool_does_not_exist(self.params["UserPoolId"])
        return pool

    def named_client(self) -> tuple[Pool, CognitoIdpUserPoolClient]:
        """The pool that UserPoolId names, and its app client of ClientId."""
        pool, client_id = self.named_pool(), self.params["ClientId"]
        if client_id not in pool.clients:
            message = f"User pool client {client_id} does not exist."
            raise Refusal("ResourceNotFoundException", message)
        return pool, pool.clients[client_id]

    def named_user(self) -> tuple[Pool, User]:
        """The user that UserPoolId and Username name: by username, alias or `sub`."""
        pool = self.named_pool()
        user = find_user(pool, self.params["Username"], by_sub=True)
        if user is None:
            raise user_does_not_exist()
        return pool, user

    def _get_region_agnostic_backend(self) -> Any:
        # moto's looks for the region first; ours is known by now, and has the same methods.
        return self.backend

    @property
    def parameters(self) -> dict[str, Any]:
        """A copy of the request's parameters, for moto's own code."""
        return dict(self.params)

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = self.params.get(param_name)
        return if_none if value is None else value
