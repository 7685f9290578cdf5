"""argparse, in the words of this program: what is wrong, with which option, and what to do.

Values may begin with ``-``, no error repeats a value that may be a secret, and help wraps at the
terminal's width.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn

from .streams import printing
from .wording import nearest, reworded

__all__ = ["Parser", "ProgramParser"]


#: Choices that are listed even where one of them was clearly meant.
_FEW: Final = 6


class _HelpFormatter(argparse.HelpFormatter):
    """Wraps descriptions and epilogs as paragraphs; lines that are indented stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines: list[str] = []
        paragraph: list[str] = []

        def flush() -> None:
            words = " ".join(paragraph)
            lines.extend(textwrap.wrap(words, width, break_on_hyphens=False))
            paragraph.clear()

        for line in text.splitlines():
            if line and not line.startswith(" "):
                paragraph.append(line)
            else:
                flush()
                lines.append(line)
        flush()
        return "\n".join(f"{indent}{line}".rstrip() for line in lines)


class Parser(argparse.ArgumentParser):
    """A command's parser. `set_up` gives it its arguments, once they are needed."""

    def __init__(self, *, set_up: Callable[[Parser], None] | None = None, **options: Any) -> None:
        options.setdefault("formatter_class", _HelpFormatter)
        super().__init__(allow_abbrev=False, **options)
        self._set_up = set_up
        _add_common_options(self)

    def fill(self) -> None:
        """Add the arguments now."""
        set_up, self._set_up = self._set_up, None
        if set_up is not None:
            set_up(self)

    def parse_known_args(  # type: ignore[override]  # argparse's overloads say no more than this
        self, args: Sequence[str], namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse, but ``--device-group-key -abc`` is that option and its value.

        What is no option is named before anything is missed.
        """
        self.fill()
        joined = self._join_values(args)
        if unknown := list(self._unknown(joined)):
            self.error(self._no_such_option(unknown))
        return super().parse_known_args(joined, namespace)

    def _join_values(self, arguments: Sequence[str]) -> list[str]:
        """Join options and their values into one argument each, ``--name=value``.

        argparse takes whatever begins with ``-`` for an option, known or not, unless it is part of
        the same argument.
        """
        options = self._option_string_actions
        joined: list[str] = []
        for argument in arguments:
            action = options.get(joined[-1]) if joined else None
            if (
                action is not None
                and action.nargs is None  # takes exactly one value
                and argument.startswith("-")
                and argument not in ("-", "--")
                and argument.partition("=")[0] not in options
            ):
                joined[-1] += f"={argument}"
            else:
                joined.append(argument)
        return joined

    def _unknown(self, arguments: Sequence[str]) -> Iterator[str]:
        """The options here that this parser does not have. Those behind a command are its own."""
        for argument in arguments:
            if argument == "--" or (self._subparsers and not argument.startswith("-")):
                return
            name = argument.partition("=")[0]
            if len(name) > 1 and name.startswith("-") and name not in self._option_string_actions:
                yield name if name.startswith("--") else name[:2]

    def _no_such_option(self, names: Sequence[str]) -> str:
        """Names alone: what follows a misspelt option may be a token."""
        names = [name for name in names if name.startswith("--")] or names
        known = [
            option
            for action in self._actions
            if action.help != argparse.SUPPRESS
            for option in action.option_strings
        ]
        # Before a command stand few options, and most that are written there are the command's.
        likeness = 0.8 if self._subparsers else 0.6
        near = [found for name in names if (found := nearest(name, known, likeness=likeness))]
        if near:
            fix = f"did you mean {', '.join(near)}?"
        elif self._subparsers:
            fix = "options go behind the command"
        else:
            fix = "leave it out"
        return f"there is no option {', '.join(names)}; {fix}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if value == "":  # such as a variable of a script that is not set
            raise argparse.ArgumentError(action, "is empty; give a value, or leave it out")
        if action.choices is None or value in action.choices:
            return
        names = [str(choice) for choice in action.choices]
        near = nearest(str(value), names)
        # Only what is close to a choice is repeated: it may be a secret in a wrong place.
        told = f"there is no {value!r}; did you mean {near}?" if near else "there is no such one"
        if near is None or len(names) <= _FEW:
            told += f"; choose one of {', '.join(names)}"
        raise argparse.ArgumentError(action, told)

    def error(self, message: str) -> NoReturn:
        """One line, where argparse prints the whole usage."""
        told = reworded(message, self._actions)
        self.exit(2, f"{self.prog}: {told} (see {self.prog} --help)\n")


class ProgramParser(Parser):
    """The program's parser: the commands are its subparsers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.set_defaults(debug=False, quiet=False)
        self.add_argument("--version", action=_Version, help="what runs here, and exit")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The parsed arguments. ``help COMMAND`` is ``COMMAND --help``."""
        if list(arguments[:1]) == ["help"]:
            arguments = [*arguments[1:], "--help"]
        parsed, extra = self.parse_known_args(arguments)
        if extra:
            many = "1 argument" if len(extra) == 1 else f"{len(extra)} arguments"
            self.error(f"{many} too many; put each value behind its option")
        return parsed


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from .version import version_text

        with printing():
            print(version_text())
        parser.exit()


def _add_common_options(parser: Parser) -> None:
    """Anywhere on the line; the program's own parser has the defaults."""
    for option, what in (
        ("--debug", "log every call to stderr, its secrets hidden"),
        ("--quiet", "no progress and no notes: nothing on stderr but what ends the command"),
    ):
        parser.add_argument(option, action="store_true", default=argparse.SUPPRESS, help=what)


# Generic for type checkers only, and only they evaluate this.
if TYPE_CHECKING:
    #: What a command adds its own commands to.
    Commands = argparse._SubParsersAction[Parser]
