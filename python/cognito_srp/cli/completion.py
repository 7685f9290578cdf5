"""``cognito-srp completion``: what lets a shell complete commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ..storage.extras import needs_extra
from .program import program
from .streams import printing

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]

_EPILOG: Final = """\
Let the shell read it when it starts:

  bash   eval "$(cognito-srp completion bash)"                                       in ~/.bashrc
  zsh    cognito-srp completion zsh > "${fpath[1]}/_cognito-srp"                     once
  fish   cognito-srp completion fish > ~/.config/fish/completions/cognito-srp.fish   once
"""
#: What stands for a file in the help.
_FILES: Final = {"FILE", "PATH", "INPUT", "JOURNAL", "PLACE"}


def set_up(parser: Parser) -> None:
    """Give the command its arguments."""
    parser.description = "Print a script that lets a shell complete commands, options and files."
    parser.epilog = _EPILOG
    parser.add_argument("shell", metavar="SHELL", choices=("bash", "zsh", "fish"))
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        import shtab
    except ImportError as error:
        raise needs_extra("completion", "shtab", "cli") from error
    whole = program()
    for parser in _parsers(whole):
        for action in parser._actions:
            if action.metavar in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # how shtab is told
    with printing():
        print(shtab.complete(whole, shell=arguments.shell))
    return 0


def _parsers(parser: Parser) -> Iterator[Parser]:
    """This parser and those of all commands under it, filled."""
    parser.fill()
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from _parsers(one)
