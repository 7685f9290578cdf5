"""docs/troubleshooting.md says what the library says."""

from __future__ import annotations

import runpy
from pathlib import Path

from cognito_srp.transport.causes import EXPLANATIONS

SCRIPT = Path(__file__).parent.parent.parent / "docs" / "troubleshooting.py"
DOCUMENT = SCRIPT.with_suffix(".md").read_text()


def test_the_page_is_made_from_the_table() -> None:
    made = runpy.run_path(str(SCRIPT))["page"]()
    assert made == DOCUMENT, "run: python docs/troubleshooting.py"


def test_people_find_the_words_that_they_see() -> None:
    for row in EXPLANATIONS:
        for words in row.words or row.codes:
            assert words in DOCUMENT
    for words in (
        "Incorrect username or password.",
        "Invalid device key given.",
        "Invalid Refresh Token.",
        "SecretHash does not match for the client",
        "Access Token does not have required scopes",
        "aws.cognito.signin.user.admin",
    ):
        assert words in DOCUMENT
