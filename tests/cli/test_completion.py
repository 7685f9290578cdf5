"""``cognito-srp completion``: what each shell offers."""

from __future__ import annotations

import builtins
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import Run

#: What is typed, and what is offered for it.
TYPED = [("ver", "verifier"), ("devices for", "forget"), ("enroll --res", "--resume")]

BASH = """
source "$1"; read -ra COMP_WORDS <<< "cognito-srp $2"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$(complete -p cognito-srp | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo "${COMPREPLY[@]}"
"""


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"needs {shell}")


@pytest.fixture
def script(
    run: Run, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    shell = request.param
    code, out, err = run("completion", shell)
    assert (code, err) == (0, "")
    path = tmp_path_factory.mktemp("completion") / f"_cognito-srp.{shell}"
    path.write_text(out)
    return str(path)


@needs("bash")
@pytest.mark.parametrize("script", ["bash"], indirect=True)
@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_bash(script: str, typed: str, offered: str) -> None:
    done = subprocess.run(
        ["bash", "-c", BASH, "bash", script, typed], capture_output=True, text=True, check=True
    )
    assert offered in done.stdout.split()


@needs("fish")
@pytest.mark.parametrize("script", ["fish"], indirect=True)
@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_fish(script: str, typed: str, offered: str) -> None:
    command = f"source {script}; complete -C 'cognito-srp {typed}'"
    done = subprocess.run(["fish", "-c", command], capture_output=True, text=True, check=True)
    assert offered in done.stdout.split()


@needs("zsh")
@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh_reads_it(script: str) -> None:
    subprocess.run(["zsh", "-n", script], check=True)


#: Types into a zsh that has the script in its fpath, as the command's help says, and shows what
#: the line becomes.
ZPTY = r"""
import os, pty, select, sys, time

folder, typed = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp("zsh", ["zsh", "-f", "-i"])

def shown_until(words, seconds):
    shown, end = b"", time.monotonic() + seconds
    while words not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    return shown

ready = b"it is ready"
os.write(terminal, f"PS1=; fpath=({folder} $fpath); autoload -Uz compinit\n".encode())
os.write(terminal, f"compinit -u -d {folder}/dump; print it is 'ready'\n".encode())
shown_until(ready, 30)
os.write(terminal, f"cognito-srp {typed}\t".encode())
sys.stdout.buffer.write(shown_until(b"never", 3))
os.kill(child, 9)
"""


@needs("zsh")
@pytest.mark.parametrize("script", ["zsh"], indirect=True)
@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_zsh(script: str, tmp_path: Path, typed: str, offered: str) -> None:
    shutil.copy(script, tmp_path / "_cognito-srp")
    command = [sys.executable, "-c", ZPTY, str(tmp_path), typed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert offered in done.stdout.replace("\b", "")


def test_without_the_library_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def importing(name: str, *args: object, **kwargs: object) -> object:
        if name == "shtab":
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", importing)
    code, out, err = run("completion", "bash")
    assert (code, out) == (3, "")
    assert "pip install 'srp-native[cli]'" in err
