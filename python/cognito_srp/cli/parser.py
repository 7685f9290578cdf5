"""argparse, with values that may begin with ``-`` and errors that repeat no value."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from srp_native import __version__

__all__ = ["Parser", "ProgramParser"]


class Parser(argparse.ArgumentParser):
    """One command's parser."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(  # type: ignore[override]  # argparse's overloads say no more than this
        self, args: Sequence[str], namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse's, but ``--device-group-key -abc`` reads ``-abc`` as the value it is."""
        return super().parse_known_args(self._join_values(args), namespace)

    def _join_values(self, arguments: Sequence[str]) -> list[str]:
        """argparse takes whatever begins with ``-`` for an option, known or not, unless it is
        part of the same argument."""
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

    def error(self, message: str) -> NoReturn:
        """One line, where argparse prints the whole usage."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


class ProgramParser(Parser):
    """The program's parser: the commands are its subparsers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_argument("--version", action="version", version=f"%(prog)s {__version__}")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The parsed arguments. What nobody knows is reported without its value, which may be a
        token behind a misspelt option."""
        parsed, unknown = self.parse_known_args(arguments)
        names = [argument.partition("=")[0] for argument in unknown if argument.startswith("--")]
        if names:
            self.error(f"there is no option {', '.join(names)}")
        if unknown:
            self.error(f"{len(unknown)} argument(s) too many")
        return parsed


# Generic for type checkers only, and only they evaluate this.
if TYPE_CHECKING:
    #: What ``add_parser`` of a command adds its parser to.
    Commands = argparse._SubParsersAction[Parser]
