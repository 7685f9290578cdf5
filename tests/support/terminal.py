"""A command at a terminal of its own, and somebody who types."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: What is typed once a question has come: a text, or a function that knows it only then.
Typed = str | Callable[[], str]


@dataclass(frozen=True)
class Screen:
    """What a command came to: its exit code, its stdout, and all that the terminal showed."""

    code: int
    out: str
    shown: str


def at_terminal(*argv: str, answers: Sequence[tuple[str, Typed]] = ()) -> Screen:
    """Runs a command, typing each answer when its question is the last thing on the screen."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cognito_srp.cli", *argv],
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = ""
    try:
        for question, answer in answers:
            shown += _until(master, question, shown)
            os.write(master, ((answer if isinstance(answer, str) else answer()) + "\n").encode())
        out, _ = process.communicate(timeout=60)
        shown += _rest(master)
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return Screen(process.returncode, out.decode(), shown)


def _until(master: int, question: str, before: str) -> str:
    text, deadline = "", time.monotonic() + 60
    while not re.search(question + r" ?$", text):
        assert time.monotonic() < deadline, f"no {question!r} in {before + text!r}"
        if select.select([master], [], [], 1)[0]:
            try:
                text += os.read(master, 4096).decode()
            except OSError:  # the other end is closed
                raise AssertionError(f"no {question!r} in {before + text!r}") from None
    return text


def _rest(master: int) -> str:
    text = ""
    with contextlib.suppress(OSError):
        while select.select([master], [], [], 0.1)[0] and (part := os.read(master, 4096)):
            text += part.decode()
    return text
