"""The command line, ``cognito-srp``.

JSON (or a table) on stdout; words for people, and progress when stderr is a terminal, on stderr.
Secrets come from a prompt, a file or the environment, never from an argument. One file per
command, each with ``add_parser`` and ``run``.

Exit codes::

    0    done
    1    Cognito refused, gave no answer, or (demo) a device did not do what it should; enroll:
         some devices are not confirmed
    2    wrong usage or input: an argument, a file, the region, the profile
    3    this machine cannot: an engine, an extra, the port, or two engines that disagree
    4    confirm: the device was confirmed before, perhaps with another secret
    70   a fault of this program
    74   the work is done, but what was to be printed could not be written to stdout
    130  Ctrl-C; enroll: SIGTERM as well
    141  whoever read stdout went away
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from . import (
    bench,
    confirm,
    demo,
    devices,
    engines,
    enroll,
    local,
    merge,
    report,
    sign_in,
    verifier,
)
from .failures import BROKEN_PIPE, INTERRUPTED, explain, note
from .parser import Parser, ProgramParser
from .streams import discard_stdout, lost_output, printing, standard_streams

__all__ = ["main"]

_COMMANDS = (
    verifier,
    confirm,
    enroll,
    report,
    merge,
    sign_in,
    devices,
    engines,
    bench,
    local,
    demo,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises and never shows a traceback."""
    with standard_streams():
        code = _explained(lambda: _run(argv))
        # What is still buffered fails here and not when the interpreter exits.
        with printing():
            pass
        return code or lost_output()


def _run(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse(sys.argv[1:] if argv is None else argv)
    code: int = arguments.run(arguments)
    return code


def _explained(work: Callable[[], int]) -> int:
    """The exit code of some work, which may raise anything."""
    try:
        return work()
    except SystemExit as request:  # argparse, after --help or a wrong argument
        return request.code if isinstance(request.code, int) else 1
    except KeyboardInterrupt:
        note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        discard_stdout()
        return BROKEN_PIPE
    except Exception as error:
        code, message = explain(error)
        note(message)
        return code


def _parser() -> ProgramParser:
    parser = ProgramParser(
        prog="cognito-srp",
        description="Enroll devices with Amazon Cognito, and develop against a local one.",
    )
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, title="commands", parser_class=Parser
    )
    for command in _COMMANDS:
        command.add_parser(commands)
    return parser
