"""``cognito-srp report``: the runs of a journal, as one HTML page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .journals import check_is_journal
from .options import add_output_options
from .output import write
from .progress import progress

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Draw the runs of a journal into one HTML page: calls over time against the "
        "limit, latencies, outcomes, refusals. It needs no key, holds no secret and no device, "
        "and works while a run is going on."
    )
    parser.add_argument("journal", metavar="JOURNAL", help="journal of `cognito-srp enroll`")
    parser.add_argument("--save", metavar="FILE", help="the page (default: JOURNAL.html)")
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..enroll.bulk.report import read_figures
    from ..enroll.bulk.report_page import page

    path = arguments.save or f"{arguments.journal}.html"
    with progress("Reading the journal"):
        figures = read_figures(check_is_journal(arguments.journal))
    Path(path).write_text(page(figures), encoding="utf-8")
    document = {
        "Report": path,
        "Devices": figures.devices,
        "Outcomes": dict(figures.outcomes),
        "Unproven": figures.unproven,
        "LatencySeconds": {
            f"{percent:g}": round(value, 3) for percent, value in figures.percentiles
        },
    }
    write(arguments, document)
    return 0
