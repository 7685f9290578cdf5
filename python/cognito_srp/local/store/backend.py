"""moto's backend for the pools of one region of one LocalCognito.

What differs from moto is listed in `server/responses.py`.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpGroup, CognitoIdpUserPoolClient

from ..refusals import pool_does_not_exist
from .passwords import check_password_policy
from .pool import ACCOUNT, Pool, untracked
from .surroundings import Surroundings

__all__ = ["Backend"]

_SECRET_ALPHABET = string.ascii_lowercase + string.digits


class Backend(CognitoIdpBackend):
    """One region of one LocalCognito."""

    user_pools: dict[str, Pool]  # type: ignore[assignment]

    def __init__(self, state: Surroundings, region: str) -> None:
        super().__init__(region, ACCOUNT)
        self._state = state

    def create_user_pool(self, name: str, extended_config: dict[str, Any]) -> Pool:
        """Make a `Pool` in the place of moto's."""
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

    def create_group(self, *args: Any, **kwargs: Any) -> CognitoIdpGroup:
        """moto's, without a description where none was given."""
        group = super().create_group(*args, **kwargs)
        group.description = group.description or None  # type: ignore[assignment]
        return group

    def admin_delete_user(self, user_pool_id: str, username: str) -> None:
        """moto's, and the user's devices, factors and codes go with the user."""
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

    def _validate_password(self, user_pool_id: str, password: str) -> None:
        pool = self.user_pools.get(user_pool_id)
        if pool is None:
            raise pool_does_not_exist(user_pool_id)
        check_password_policy(pool, password)
