"""Operations on pools in which moto stumbles over what the service model allows."""

from __future__ import annotations

from typing import Any

from ..refusals import invalid_parameter
from .base import Operations

__all__ = ["PoolOperations"]


class PoolOperations(Operations):
    """moto's, once it is certain that moto can deal with the request."""

    def create_user_pool(self) -> Any:
        _require_names(self.params.get("Schema"))
        return super().create_user_pool()

    def add_custom_attributes(self) -> Any:
        _require_names(self.params["CustomAttributes"])
        return super().add_custom_attributes()

    def delete_user_pool(self) -> Any:
        if self.named_pool().extended_config.get("DeletionProtection") == "ACTIVE":
            raise invalid_parameter("The user pool cannot be deleted while it is protected.")
        return super().delete_user_pool()

    def list_resource_servers(self) -> Any:
        self.named_pool()
        return super().list_resource_servers()


def _require_names(schema: list[dict[str, Any]] | None) -> None:
    if any("Name" not in attribute for attribute in schema or ()):
        raise invalid_parameter("Every attribute of the schema needs a name.")
