"""Where botocore's service model lags behind what the service takes. One table, with sources."""

from __future__ import annotations

from typing import Final

__all__ = ["OPTIONAL", "PATTERNS"]

#: Shape → the pattern that the service names, and the one that is applied here.
#:
#: PasswordType: AWS's own answer of 2025, "Member must satisfy regular expression pattern:
#: ^[\S]+.*[\S]+$" (cds-snc/platform-forms-client#5635); the model still says [\S]+, which forbids
#: spaces inside. A blank password is allowed where users may have none (the model's text on
#: SignUp and AdminCreateUser).
PATTERNS: Final[dict[str, tuple[str, str]]] = {
    "PasswordType": (r"^[\S]+.*[\S]+$", r"(?:[\S]+.*[\S]+)?"),
}

#: Shape → members that the model requires and the service does not.
#:
#: MaxResults: AWS's own example for JavaScript, `paginateListUserPools({ client }, {})`
#: (awsdocs/aws-doc-sdk-examples, hello for Cognito), leaves it out.
OPTIONAL: Final[dict[str, frozenset[str]]] = {
    "ListUserPoolsRequest": frozenset({"MaxResults"}),
}
