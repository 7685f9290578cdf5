"""moto's backend for the pools of one region of one LocalCognito.

What differs from moto is listed in `server/responses.py`.
"""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any

from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUser, CognitoIdpUserPoolClient

from .pool import ACCOUNT, Pool, untracked

if TYPE_CHECKING:
    from .state import State

__all__ = ["Backend"]

_SECRET_ALPHABET = string.ascii_lowercase + string.digits


class Backend(CognitoIdpBackend):
    """One region of one LocalCognito."""

    user_pools: dict[str, Pool]  # type: ignore[assignment]

    def __init__(self, state: State, region: str) -> None:
        super().__init__(region, ACCOUNT)
        self._state = state

    def create_user_pool(self, name: str, extended_config: dict[str, Any]) -> Pool:
        pool = Pool(self._state, self.region_name, name, extended_config)
        self.user_pools[pool.id] = pool
        return pool

    def create_user_pool_client(
        self, user_pool_id: str, generate_secret: bool, extended_config: dict[str, str]
    ) -> CognitoIdpUserPoolClient:
        """moto's, with a secret that AWS's own pattern for it allows: moto's has hyphens."""
        client = super().create_user_pool_client(user_pool_id, generate_secret, extended_config)
        client.secret = "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(51))
        return untracked(client)

    def admin_create_user(self, *args: Any, **kwargs: Any) -> CognitoIdpUser:
        return untracked(super().admin_create_user(*args, **kwargs))

    def sign_up(self, *args: Any, **kwargs: Any) -> Any:
        user, *others = super().sign_up(*args, **kwargs)
        return untracked(user), *others

    def admin_delete_user(self, user_pool_id: str, username: str) -> None:
        """moto's, and the user's devices and factors go with the user."""
        user = self.admin_get_user(user_pool_id, username)
        super().admin_delete_user(user_pool_id, username)
        self.user_pools[user_pool_id].forget_user(user.id)
        self._state.verifiers.forget(user.id)

    def delete_user_pool(self, user_pool_id: str) -> None:
        """moto's, and what is known of the pool's users elsewhere goes with them."""
        pool = self.user_pools.get(user_pool_id)
        super().delete_user_pool(user_pool_id)
        for user in pool.users.values() if pool is not None else ():
            self._state.verifiers.forget(user.id)
