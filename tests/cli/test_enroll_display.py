"""How far an enrollment has come: on a terminal, with rich or without, and in a pipe."""

from __future__ import annotations

import re
import sys
import time

import pytest

from cognito_srp.cli.enroll_display import display
from cognito_srp.enroll.bulk import Progress

PROGRESS = Progress(
    total=1000, done=250, confirmed=249, sent=300, throttled=50, retried=50, rate=24.6, limit=25.0,
    elapsed=10.0,
)  # fmt: skip


def test_the_display_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    with display() as show:
        show(PROGRESS)
    shown = capsys.readouterr().err
    for text in ("250 of 1,000", "24.6 of 25", "50", "30s"):
        assert text in shown


def test_a_display_that_is_interrupted_leaves_nothing_stale(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    """What was said stays; how it stood is cleared."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    def interrupted() -> None:
        with display() as show:
            show(PROGRESS)
            show.say("finishing what is in flight")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    shown = capsys.readouterr().err
    assert "cognito-srp: finishing what is in flight" in shown
    # The last that is written clears the line it is on, and in a table those above.
    assert re.search(r"(\r?\x1b\[1A\x1b\[2K|\r\x1b\[K)[^\w]*$", shown) is not None


def test_the_display_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line every ten seconds."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with display() as show:
        for now in range(25):  # noqa: B007 - the clock reads it
            show(PROGRESS)
    first, second = capsys.readouterr().err.splitlines()
    words = "250 of 1,000 done (25%), 24.6 of 25 calls/s, 50 sent again, 30s left"
    assert first == second == words
