"""The samples of a page: files to save, Python to run, and what is typed at a terminal.

A comment before a fenced block says what to do with it: ``<!-- file: NAME -->`` saves it,
``<!-- terminal: NAME -->`` types it at another terminal, and leaves that running;
``<!-- status: 2 -->`` is what its last command exits with; ``<!-- run by: WORKFLOW -->`` leaves it
to a workflow.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["Block", "blocks", "follow"]

_BLOCK: Final = re.compile(r"(?:^<!-- (.*?) -->\n)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: The port that pages name; a test takes a free one in its place.
_PORT: Final = "9339"
_END: Final = "--- end of a command:"
_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Block:
    """One fenced block, and what the comment before it says."""

    mark: str
    language: str
    text: str

    @property
    def is_run(self) -> bool:
        """Whether it is a sample that following the page runs."""
        return self.language in {"console", "python"} and not self.said("run by")

    def said(self, word: str) -> str:
        """What the comment gives for a word; empty if it does not name it."""
        name, _, value = self.mark.partition(": ")
        return value if name == word else ""


def blocks(page: Path, port: int | None = None) -> list[Block]:
    """All of a page's fenced blocks, in their order."""
    text = page.read_text()
    if port is not None:
        text = text.replace(_PORT, str(port))
    return [Block(mark or "", *rest) for mark, *rest in _BLOCK.findall(text)]


def follow(page: Path, folder: Path, names: dict[str, Any]) -> None:
    """Do what a page says, in `folder`; `names` are those that its Python begins with."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ExitStack() as stack:
        shell = stack.enter_context(_shell(folder))
        for block in blocks(page, port):
            if block.said("file"):
                (folder / block.said("file")).write_text(block.text)
            elif block.said("terminal"):
                stack.enter_context(_other_terminal(block, folder))
            elif block.language == "console" and block.is_run:
                _type(shell, block)
            elif block.language == "python" and block.is_run:
                exec(compile(block.text, str(page), "exec"), names)


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "COGNITO_", "PYTEST"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "COLUMNS": "80", "PYTHONUNBUFFERED": "1"}


@contextmanager
def _process(folder: Path, errors: int) -> Iterator[subprocess.Popen[str]]:
    """A shell, ended with all it has started."""
    shell = subprocess.Popen(
        ["bash", "--noprofile", "--norc"], cwd=folder, env=_environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
    )  # fmt: skip
    watch = threading.Timer(_SECONDS, os.killpg, (shell.pid, 9))
    watch.start()
    try:
        yield shell
    finally:
        watch.cancel()
        if shell.poll() is None:
            os.killpg(shell.pid, 15)
        shell.communicate()


@contextmanager
def _shell(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with _process(folder, subprocess.STDOUT) as shell:
        yield shell


@contextmanager
def _other_terminal(block: Block, folder: Path) -> Iterator[None]:
    """Runs its command until the page is done, and waits for the line that the page shows."""
    [(command, shown)] = _commands(block.text)
    with _process(folder, subprocess.DEVNULL) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write(f"{command}\n")
        shell.stdin.flush()
        _compare(command, shell.stdout.readline(), shown)
        yield


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, with what the page shows of its output."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        count = 1  # a backslash goes on in the next line
        while lines[count - 1].endswith("\\\n"):
            count += 1
        yield "".join(lines[:count]).rstrip("\n"), "".join(lines[count:])


def _type(shell: subprocess.Popen[str], block: Block) -> None:
    assert shell.stdin is not None
    assert shell.stdout is not None
    commands = list(_commands(block.text))
    for number, (command, shown) in enumerate(commands, 1):
        shell.stdin.write(f'{command}\necho "{_END} $?"\n')
        shell.stdin.flush()
        output = ""
        while _END not in output:
            line = shell.stdout.readline()
            assert line, f"$ {command}\n{output}\nthe shell has ended"
            output += line
        output, _, status = output.partition(_END)
        expected = block.said("status") if number == len(commands) else ""
        assert int(status) == int(expected or 0), f"$ {command}\n{output}\nexit code {status}"
        _compare(command, output, shown)


def _compare(command: str, output: str, shown: str) -> None:
    """An ellipsis stands for any text; a command that shows nothing may print anything."""
    if not shown:
        return
    pattern = ".*?".join(map(re.escape, shown.rstrip("\n").split("…")))
    same = re.fullmatch(pattern, output.rstrip("\n"), re.DOTALL)
    assert same, f"$ {command}\n--- shown\n{shown}--- printed\n{output}"
