"""CUSTOM_AUTH: Python functions in the place of the three Lambda triggers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["CustomAuth", "Trigger"]

#: A handler as Lambda calls it: the event, and a context, which is None here; it returns the event
#: with its ``response`` filled in.
Trigger = Callable[[dict[str, Any], None], dict[str, Any]]


@dataclass(frozen=True)
class CustomAuth:
    """The handlers that decide about a custom sign-in.

    They are called with the events that Cognito sends (its Developer Guide, "Custom authentication
    challenge Lambda triggers"), so the handlers of a service can be put here as they are:

    - `define` (DefineAuthChallenge) says what comes next: a challenge, tokens, or failure;
    - `create` (CreateAuthChallenge) makes a challenge: public and private parameters;
    - `verify` (VerifyAuthChallengeResponse) says whether an answer is right.
    """

    define: Trigger
    create: Trigger
    verify: Trigger
