"""The AWS Region that an id or a token belongs to, and a client of another one."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from ..errors import InvalidInputError
from ..srp.encoding import token_claims
from .client import Client

__all__ = ["check_region", "is_aws", "region_of", "region_of_token"]

#: ``us-east-1_…``, ``us-gov-west-1_…``: how ids of pools and devices begin.
_REGIONAL: Final = re.compile(r"([a-z]{2,}(?:-[a-z]+)+-\d+)_")
#: Hosts of AWS's own endpoints.
_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def region_of(identifier: str | None) -> str | None:
    """The Region of a user pool's id or a device key; None where it names none."""
    found = _REGIONAL.match(identifier or "")
    return found[1] if found else None


def region_of_token(token: str | None) -> str | None:
    """The Region of the pool that a token says it is from, unverified."""
    issuer = token_claims(token or "").get("iss")
    return region_of(issuer.rpartition("/")[2]) if isinstance(issuer, str) else None


def is_aws(client: Client) -> bool:
    """Whether a client talks to AWS itself: a local Cognito has pools of any Region."""
    url = getattr(getattr(client, "meta", None), "endpoint_url", None)
    return isinstance(url, str) and (urlsplit(url).hostname or "").endswith(_AWS)


def check_region(client: Client, pool_id: Any) -> None:
    """Raise `InvalidInputError` for a client of another Region than the pool.

    AWS would say that there is no such pool, or no such app client.
    """
    region = region_of(pool_id if isinstance(pool_id, str) else None)
    if region is None or not is_aws(client) or client.meta.region_name == region:
        return
    rule = f"is of Region {region}, and the client of {client.meta.region_name}"
    raise InvalidInputError("pool_id", rule, f"make the client with region_name={region!r}")
