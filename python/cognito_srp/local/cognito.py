"""LocalCognito: a Cognito user pools endpoint in this process, and the pools that tests make."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Literal

from .helpers import LocalPool, create_pool, find_pool
from .running import LocalServer

__all__ = ["LocalCognito"]

#: How a pool remembers devices, in the console's words.
RememberDevices = Literal["always", "opt-in", "no"]

#: MfaConfiguration.
Mfa = Literal["OFF", "ON", "OPTIONAL"]


class LocalCognito(LocalServer):
    """A server that behaves as Amazon Cognito user pools do, device sign-in included.

        with LocalCognito() as cognito:
            pool = cognito.create_pool()
            pool.create_user("ann", "Correct-horse-1")
            client = cognito.client()          # a boto3 cognito-idp client

    Pools live in `region` unless a signed request names another. Port 0 takes any free port.
    Addresses that other machines reach need ``allow_remote=True``. Needs the extra
    ``srp-native[local]``; raises `ImportError` without it, `OSError` if the port is taken.

    No web page but those of localhost may call: a request is refused (HTTP 403) when its Host is
    a name other than localhost, one under ``.localhost`` or one of `allowed_hosts`, or its Origin
    is another site's than localhost's (127.0.0.0/8 and ::1 included), this server's or one of
    `allowed_origins` (such as ``https://app.example:8443`` or ``null``). IP addresses are good as
    a Host. `public_url` is the URL by which others know this server; ``jwks_uri`` begins with
    it. `InvalidInputError` for what is no name, origin or URL.

    Two servers share nothing, and neither sees a `mock_aws` of the same process.

    `lockout` False lets any number of wrong passwords pass; `code` makes every code that is sent
    this one, of 4 to 12 digits (`InvalidInputError` for another). `guesses` are the switches of
    `docs/fidelity.md`, where AWS's behaviour is not known; `TypeError` for another name.
    """

    def seed(self, path: str | PathLike[str]) -> list[LocalPool]:
        """Make the pools, app clients and users that a file of JSON or CSV describes.

        docs/local-cognito.md has the format. What is there already, by name, is left as it is.

        Args:
            path: the file.

        Returns:
            The pools, each with its first app client.

        Raises:
            InvalidInputError: names the file, the line and the rule that is broken; what stands
                before that line may have been made by then.
            OSError: the file cannot be read.
        """
        from .seeding import seed

        return seed(self, Path(path))

    def find_pool(self, name: str = "local", client_name: str | None = None) -> LocalPool | None:
        """The oldest pool of that name in `region`: what `create_pool` has made, after a `load`.

        Args:
            name: The pool's name.
            client_name: The app client's name; the pool's first one unless given.

        Returns:
            The pool with that app client, None where there is none.
        """
        return find_pool(self, name, client_name)

    def create_pool(
        self,
        name: str = "local",
        *,
        remember_devices: RememberDevices = "always",
        challenge_on_new_device: bool = True,
        client_secret: bool = False,
        mfa: Mfa = "OFF",
        **settings: Any,
    ) -> LocalPool:
        """A user pool with one app client that allows every flow.

        Args:
            name: The pool's name.
            remember_devices: ``always``, ``opt-in`` (the user has to say so:
                DeviceOnlyRememberedOnUserPrompt) or ``no`` (the pool tracks none).
            challenge_on_new_device: ChallengeRequiredOnNewDevice: a remembered device stands in for
                the second factor.
            client_secret: Whether the app client has a secret.
            mfa: MfaConfiguration; ``ON`` and ``OPTIONAL`` allow SMS, e-mail and authenticators.
            settings: Further parameters of CreateUserPool.

        Returns:
            The pool, with that app client.
        """
        if remember_devices != "no":
            settings["DeviceConfiguration"] = {
                "ChallengeRequiredOnNewDevice": challenge_on_new_device,
                "DeviceOnlyRememberedOnUserPrompt": remember_devices == "opt-in",
            }
        return create_pool(self, name, settings, client_secret=client_secret, mfa=mfa)
