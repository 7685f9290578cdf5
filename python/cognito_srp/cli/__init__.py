"""The command line, ``cognito-srp``.

JSON (or a table) on stdout; words for people, and progress when stderr is a terminal, on stderr.
Secrets come from a prompt, a file or the environment, never from an argument. One file per
command, each with ``set_up``, which gives its parser the options and the function to run.

Exit codes::

    0    done
    1    Cognito refused, gave no answer, or (demo) a device did not do what it should; enroll:
         some devices are not confirmed; devices --from: some are not done
    2    wrong usage or input: an argument, a file, the region, the profile
    3    this machine cannot: an engine, an extra, the port, or two engines that disagree
    4    confirm: the device was confirmed before, perhaps with another secret
    70   a fault of this program
    74   the work is done, but what was to be printed could not be written to stdout
    130  Ctrl-C; enroll and devices --from: SIGTERM as well
    141  whoever read stdout went away
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from .diagnostics import diagnostics
from .failures import BROKEN_PIPE, INTERRUPTED, complain, explain
from .program import program
from .streams import discard_stdout, lost_output, printing, standard_streams

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises and never shows a traceback."""
    with standard_streams():
        code = _explained(lambda: _run(argv))
        # What is still buffered fails here and not when the interpreter exits.
        with printing():
            pass
        return code or lost_output()


def _run(argv: Sequence[str] | None) -> int:
    arguments = program().parse(sys.argv[1:] if argv is None else argv)
    with diagnostics(debug=arguments.debug, quiet=arguments.quiet):
        code: int = arguments.run(arguments)
    return code


def _explained(work: Callable[[], int]) -> int:
    """The exit code of some work, which may raise anything."""
    try:
        return work()
    except SystemExit as request:  # argparse, after --help or a wrong argument
        return request.code if isinstance(request.code, int) else 1
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        discard_stdout()
        return BROKEN_PIPE
    except Exception as error:
        code, message = explain(error)
        complain(message)
        return code
