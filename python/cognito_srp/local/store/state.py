"""Everything one LocalCognito knows: its pools by region, its clock, its pending challenges."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ..clock import Clock
from ..refusals import Refusal
from .backend import Backend
from .challenges import ChallengeStore
from .messages import Message
from .pool import Pool
from .settings import Settings
from .verifiers import UserVerifiers

__all__ = ["State"]


class State:
    """The state behind one server. `lock` guards all of it but the clock and the verifiers.

    Backends live here and not in moto's `cognitoidp_backends`: two servers share nothing, and
    the reset that comes with a test's own `mock_aws` does not reach them.
    """

    def __init__(self, region: str, clock: Clock, settings: Settings | None = None) -> None:
        self.region = region
        self.clock = clock
        self.settings = settings or Settings()
        self.lock = threading.RLock()
        self.challenges = ChallengeStore()
        self.verifiers = UserVerifiers()
        self.messages: deque[Message] = deque(maxlen=1000)
        self._backends: dict[str, Backend] = {}

    def backend(self, region: str) -> Backend:
        """The backend of a region, made on first use."""
        with self.lock:
            if region not in self._backends:
                self._backends[region] = Backend(self, region)
            return self._backends[region]

    def backends(self) -> dict[str, Backend]:
        """The backends in use, by region."""
        return dict(self._backends)

    def replace(self, regions: dict[str, tuple[dict[str, Pool], dict[str, Any]]]) -> None:
        """Puts other pools and domains, by region, in the place of all there is."""
        with self.lock:
            self.challenges = ChallengeStore()
            self._backends.clear()
            for region, (pools, domains) in regions.items():
                backend = self.backend(region)
                backend.user_pools.update(pools)
                backend.user_pool_domains.update(domains)

    def new_code(self, digits: int) -> str:
        """A code to send: random digits, or the one that all codes are."""
        return self.settings.code or f"{secrets.randbelow(10**digits):0{digits}}"

    def pools(self) -> list[Pool]:
        """Every pool of every region."""
        with self.lock:
            return [pool for b in self._backends.values() for pool in b.user_pools.values()]

    def pool(self, pool_id: str) -> Pool | None:
        """The pool of that id, whose region is the part before the underscore."""
        backend = self._backends.get(pool_id.rpartition("_")[0])
        return backend.user_pools.get(pool_id) if backend is not None else None

    def pool_of_client(self, client_id: str) -> Pool | None:
        """The pool that has an app client of that id, in whatever region."""
        return next((pool for pool in self.pools() if client_id in pool.clients), None)

    def client(self, client_id: str) -> tuple[Pool, CognitoIdpUserPoolClient]:
        """An app client and its pool; ResourceNotFoundException where there is none."""
        pool = self.pool_of_client(client_id)
        if pool is None:
            message = f"User pool client {client_id} does not exist."
            raise Refusal("ResourceNotFoundException", message)
        return pool, pool.clients[client_id]
