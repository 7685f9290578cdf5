"""``cognito-srp completion``: what each shell offers."""

from __future__ import annotations

import builtins
import shutil
import subprocess

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
