"""The library's hints in the words of the command line: its options in the place of arguments."""

from __future__ import annotations

from typing import Final

__all__ = ["in_options"]

_SECRET: Final = "--client-secret-file or $COGNITO_CLIENT_SECRET"  # noqa: S105
_INTERNAL: Final = "--username with the internal name (`username` in the access token)"

#: What a hint says of the library → what it says here. The first that fits is replaced first.
_WORDS: Final = (
    ("pass client_secret=", f"use {_SECRET}"),
    ("compare client_secret with", f"compare the secret ({_SECRET}) with"),
    ("client_secret is not", f"the client secret ({_SECRET}) is not"),
    ("pass another auth_flow", "use another --auth-flow"),
    ("leave auth_flow out, which takes", "leave --auth-flow out, which takes"),
    ("pass device= or device_key=, of", "use --device or --device-key, of"),
    ("pass the internal user name, which is session.username", f"use {_INTERNAL}"),
    ("pass username=session.username", f"use {_INTERNAL}"),
    ("check client_id, pool_id, and the Region of the boto3 client",
     "check --client-id, --user-pool-id and --region"),
    ("check pool_id, and the Region of the boto3 client", "check --user-pool-id and --region"),
    ("ask for it again, and answer error.sign_in with it", "run the command again for a new one"),
    ("then answer error.sign_in with answer_challenge", "then run the command again"),
    ("call update_device_status with remembered=True", "run `cognito-srp devices remember`"),
    ("list_devices shows", "`cognito-srp devices list` shows"),
    ("pass admin=True", "add --admin"),
    ("pass auth_flow='USER_AUTH'", "use --auth-flow USER_AUTH"),
    ("check those of the boto3 client", "check the environment's, or use --profile"),
    ("pass on_challenge= to answer it", "sign in at a terminal to answer it"),
)  # fmt: skip


def in_options(text: str) -> str:
    """The text of an error, with the options that its hint means."""
    for library, here in _WORDS:
        text = text.replace(library, here)
    return text
