"""A keyring that forgets."""

from __future__ import annotations

from keyring.backend import KeyringBackend


class OwnKeyring(KeyringBackend):
    """For keyring's own front end; `entries` are by service and name."""

    priority = 1

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password
