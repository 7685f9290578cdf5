"""The directive `command-reference`: every command and option, from the program's own parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from cognito_srp.cli.parser import Parser
from cognito_srp.cli.program import program

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["commands", "setup"]

#: Characters in a line of usage.
_WIDTH: Final = 84
#: What every command has; described once, under the program.
_COMMON: Final = {"--debug", "--quiet", "--help"}


def commands() -> Iterator[tuple[str, Parser]]:
    """The program and each of its commands, with those of `devices`, by the words of the call."""
    yield from _under(program())


def _under(parser: Parser) -> Iterator[tuple[str, Parser]]:
    parser.fill()
    yield parser.prog, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                if name != "help":
                    yield from _under(one)


class CommandReference(SphinxDirective):
    """Takes nothing, and stands at a page's top level."""

    def run(self) -> list[nodes.Node]:
        """The sections, one a command."""
        return [node for name, parser in commands() for node in self._section(name, parser)]

    def _section(self, name: str, parser: Parser) -> list[nodes.Node]:
        section = nodes.section(ids=[name.replace(" ", "-")], names=[name])
        section += nodes.title("", "", nodes.literal("", name))
        section.document = self.state.document
        lines = StringList(list(_lines(name, parser)), source=__file__)
        self.state.nested_parse(lines, 0, section)
        return [section]


def _lines(name: str, parser: Parser) -> Iterator[str]:
    """reStructuredText, in MyST's fence for it."""
    yield "```{eval-rst}"
    yield f".. program:: {name}"
    yield ""
    yield from (parser.description or "").splitlines()
    yield ""
    if not parser._subparsers:
        yield "::"
        yield ""
        yield from (f"    {line}" for line in _usage(parser))
    for action in parser._actions:
        yield from _option(name, action)
    yield "```"


def _usage(parser: Parser) -> list[str]:
    """As the program prints it, at a width that does not depend on who builds the site."""
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups)
    return formatter.format_help().splitlines()


def _option(name: str, action: argparse.Action) -> Iterator[str]:
    hidden = action.help == argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction)
    common = " " in name and set(action.option_strings) & _COMMON
    if hidden or common:
        return
    yield ""
    yield f".. option:: {', '.join(_spellings(action))}"
    yield ""
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    for word in ("*", "`", "|"):
        text = text.replace(word, f"\\{word}")
    yield f"    {text}"
    if action.choices and action.metavar:
        yield ""
        yield f"    One of: {', '.join(map(str, action.choices))}."


def _spellings(action: argparse.Action) -> Iterator[str]:
    value = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    )
    if not action.option_strings:
        yield str(value)
    for option in action.option_strings:
        yield option if action.nargs == 0 else f"{option} {value}"


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
