"""The example in docs/enrolling.md runs, and its diagram is of what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cognito_srp.enroll import Enroller, EnrollmentJournal
from cognito_srp.enroll.pipeline.admission import Admission
from cognito_srp.enroll.pipeline.journal_writer import JournalWriter
from cognito_srp.enroll.pipeline.pipeline import Pipeline
from cognito_srp.enroll.pipeline.send_queue import SendQueue
from cognito_srp.enroll.pipeline.token_fetcher import TokenFetcher
from cognito_srp.enroll.pipeline.verifier_batcher import VerifierBatcher

pytest.importorskip("moto", reason="the extra [local] is not installed")

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "enrolling.md"


def test_the_example() -> None:
    names: dict[str, object] = {}
    exec(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[0], names)
    assert len(names["devices"]) == 20  # type: ignore[arg-type]
    assert names["session"].tokens.access_token  # type: ignore[attr-defined]


def test_the_diagram_has_the_names_of_the_code() -> None:
    diagram = re.findall(
        r"\n((?:    .*\n)*    Enroller\.submit.*\n(?:    .*\n)*)", DOCUMENT.read_text()
    )
    names = set(re.findall(r"\b([A-Z]\w+)\.(\w+)", diagram[0]))
    assert len(names) > 12
    classes = [
        Enroller,
        EnrollmentJournal,
        Admission,
        JournalWriter,
        Pipeline,
        SendQueue,
        TokenFetcher,
        VerifierBatcher,
    ]
    known = {kind.__name__: kind for kind in classes}
    assert {name for name, _ in names} == known.keys()
    for kind, method in names:
        assert hasattr(known[kind], method), (kind, method)
