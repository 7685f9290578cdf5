"""The commands of the program. Each is imported once it is asked for: starting stays quick."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Final

from .parser import Parser, ProgramParser

__all__ = ["COMMANDS", "program"]

#: What ``--help`` lists, in this order. A command's options are in the module of its name, with
#: ``_`` for ``-``, or in the one below.
COMMANDS: Final = {
    "verifier": "make a device's verifier and salt",
    "confirm": "confirm a device with Cognito",
    "enroll": "enroll the devices of a file",
    "report": "draw the runs of a journal",
    "merge": "make several journals into one",
    "sign-in": "sign a user in, and remember the device",
    "devices": "list, look at, remember and forget devices",
    "engines": "show which engines exist here and which one runs",
    "bench": "measure this machine: engines and kernels, other packages, batches by threads",
    "local": "run a local Cognito to develop against",
    "demo": "enroll 1,000 devices with a local Cognito and sign in with some of them",
    "completion": "print what lets a shell complete commands and options",
}
_MODULES: Final = {"enroll": "enroll_options"}


def program() -> ProgramParser:
    """The program's parser."""
    parser = ProgramParser(
        prog="cognito-srp",
        description="Enroll devices with Amazon Cognito, and develop against a local one.",
        epilog="`cognito-srp help COMMAND` shows a command's options and examples.",
    )
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, title="commands", parser_class=Parser
    )
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, set_up=partial(_set_up, name))
    commands.add_parser("help", help="show the help of a command")
    return parser


def _set_up(name: str, parser: Parser) -> None:
    module = _MODULES.get(name, name.replace("-", "_"))
    import_module(f".{module}", __package__).set_up(parser)
