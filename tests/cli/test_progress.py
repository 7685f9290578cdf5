"""Progress: on a terminal only, with rich or without."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from cognito_srp.cli.progress import progress


def test_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Working", 2) as advance:
        advance()
    assert capsys.readouterr() == ("", "")


def _interrupted_after(advance: Callable[[], None]) -> None:
    advance()
    raise KeyboardInterrupt


def test_what_is_interrupted_leaves_no_line_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt), progress("Working", 3) as advance:
        _interrupted_after(advance)
    err = capsys.readouterr().err
    after = err.rpartition("Working")[2]
    assert "\x1b[2K" in after or "\r\x1b[K" in after  # the line is cleared, and not ended
    assert not with_rich or after.count("\x1b[1A") == 1


@pytest.mark.parametrize("total", [3, None])
def test_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    total: int | None,
    with_rich: bool,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress("Working", total) as advance:
        for _ in range(3):
            advance()
    out, err = capsys.readouterr()
    assert out == ""
    assert "Working" in err
    assert ("3/3" in err) == (total is not None)
