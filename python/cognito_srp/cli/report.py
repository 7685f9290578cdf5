"""``cognito-srp report``: the runs of a journal, as one HTML page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..enroll.bulk.report import read_figures
from ..enroll.bulk.report_page import page
from .options import add_output_options
from .output import write
from .progress import progress

if TYPE_CHECKING:
    from .parser import Commands

__all__ = ["add_parser"]


def add_parser(commands: Commands) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "report",
        help="draw the runs of a journal",
        description="Draw the runs of a journal into one HTML page: calls over time against the "
        "limit, latencies, outcomes, refusals. It needs no key, holds no secret and no device, "
        "and works while a run is going on.",
    )
    parser.add_argument("journal", metavar="JOURNAL", help="journal of `cognito-srp enroll`")
    parser.add_argument("--save", metavar="FILE", help="the page (default: JOURNAL.html)")
    add_output_options(parser, formats=("json", "text"))
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    path = arguments.save or f"{arguments.journal}.html"
    with progress("Reading the journal"):
        figures = read_figures(arguments.journal)
    Path(path).write_text(page(figures), encoding="utf-8")
    document = {
        "Report": path,
        "Devices": figures.devices,
        "Outcomes": dict(figures.outcomes),
        "Unproven": figures.unproven,
        "LatencySeconds": {f"{percent:g}": value for percent, value in figures.percentiles},
    }
    write(arguments, document)
    return 0
