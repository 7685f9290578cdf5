"""The report of a journal as one HTML page that needs nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate
from typing import Final

from .report import Figures
from .report_charts import bars, duration, rate_over_time

__all__ = ["page"]

_STYLE: Final = """
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #5b6470; --line: #d9dee4;
  --paper: #fff; --other: #2f6fbd; --throttled: #d98300; --limit: #b3261e;
  --refused: #8a3ffc; --lost: #6b7280; --conflicts: #0f8b8d; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --quiet: #9aa4b0; --line: #333a43;
  --paper: #14181d; --other: #6aa5ec; --throttled: #f0a63a; --limit: #ff8a80;
  --refused: #be95ff; --lost: #a8b0bb; --conflicts: #3ddbd9; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper);
  max-width: 800px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { color: var(--quiet); margin: .3rem 0; }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.cards div { border: 1px solid var(--line); border-radius: 8px; padding: .4rem .8rem; }
.cards b { display: block; font-size: 1.3rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); } .number { text-align: right;
  font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--quiet); }
svg rect { shape-rendering: crispEdges; }
.grid { stroke: var(--line); } .other { fill: var(--other); } .throttled { fill: var(--throttled); }
.refused { fill: var(--refused); } .lost { fill: var(--lost); }
.conflicts { fill: var(--conflicts); } .run { stroke: var(--text); stroke-width: 1.5; }
.limit { fill: none; stroke: var(--limit); stroke-dasharray: 6 4; stroke-width: 1.5; }
.key span { display: inline-block; width: .8em; height: .8em; margin: 0 .4em 0 1em; }
"""
_KEY: Final = (
    ("other", "calls a second"),
    ("throttled", "throttled"),
    ("refused", "refused"),
    ("lost", "without an answer"),
    ("conflicts", "device confirmed before"),
    ("limit", "limit"),
)
_COLOUR: Final = '<span style="background: var(--{})"></span>{}'


def page(figures: Figures) -> str:
    """The page. Names and error codes are escaped; the figures hold no secret."""
    title = f"Enrollment: {escape(figures.name)}"
    body = [
        f"<h1>{title}</h1>",
        _when(figures),
        _cards(figures),
        _calls(figures),
        _latencies(figures),
        "<h2>Outcomes</h2>",
        _table(("outcome", "devices"), figures.outcomes),
        "<h2>Why devices were not confirmed</h2>",
        _table(("outcome", "reason", "devices"), figures.reasons)
        if figures.reasons
        else "<p>Nothing was refused.</p>",
        *_failures(figures),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        "<body>" + "\n".join(body) + "</body></html>\n"
    )


def _when(figures: Figures) -> str:
    if not figures.runs:
        return "<p>No run yet.</p>"
    first = _utc(figures.runs[0].started_at)
    count = len(figures.runs)
    return f"<p>Begun {first}, in {count} run{'s' if count > 1 else ''}.</p>"


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def _cards(figures: Figures) -> str:
    confirmed = figures.confirmed
    seconds = sum(run.seconds for run in figures.runs)
    cards = (
        (f"{figures.devices:,}", "devices"),
        (f"{confirmed:,}", "confirmed"),
        (f"{figures.devices - confirmed:,}", "not confirmed"),
        (f"{figures.unproven:,}", "of them not proven"),
        (f"{figures.attempts:,}", "calls for them"),
        (duration(seconds), "at work"),
        (f"{confirmed / seconds:.1f}" if seconds else "–", "confirmed a second"),
    )
    return (
        '<div class="cards">'
        + "".join(f"<div><b>{value}</b>{label}</div>" for value, label in cards)
        + "</div>"
    )


def _calls(figures: Figures) -> str:
    if not figures.bins:
        return ""
    ends = list(accumulate(run.seconds for run in figures.runs))
    chart = rate_over_time(figures.bins, figures.bin_seconds, ends[:-1])
    key = "".join(_COLOUR.format(kind, words) for kind, words in _KEY)
    runs = [
        (f"{number}", _utc(run.started_at), duration(run.seconds), f"{run.rate or 0:g}")
        for number, run in enumerate(figures.runs, 1)
    ]
    table = _table(("run", "begun", "at work", "calls a second allowed"), runs)
    words = "<p>An upright line: one run ends and the next begins.</p>" if len(runs) > 1 else ""
    return f'<h2>Calls over time at work</h2><p class="key">{key}</p>{chart}{words}{table}'


def _failures(figures: Figures) -> list[str]:
    """The rows that are not confirmed, one by one."""
    if not figures.failures:
        return []
    rows = [
        ("–" if failure.position is None else str(failure.position), *failure[1:])
        for failure in figures.failures
    ]
    known = sum(n for state, n in figures.outcomes if state not in ("confirmed", "not_started"))
    more = f"<p>The first {len(rows):,} of {known:,}; --save has all.</p>"
    return [
        "<h2>Rows that are not confirmed</h2>",
        more if known > len(rows) else "",
        _table(("line or row", "outcome", "reason", "message"), rows),
    ]


def _latencies(figures: Figures) -> str:
    if not figures.percentiles:
        return ""
    rows = [
        ("slowest" if percent == 100 else f"{percent:g} %", f"{seconds * 1000:,.1f} ms")
        for percent, seconds in figures.percentiles
    ]
    columns = [
        (f"≤ {bound:g} s" if bound != float("inf") else "more", count)
        for bound, count in figures.histogram
    ]
    return (
        "<h2>Latency</h2><p>From a device's first call to its last answer.</p>"
        + bars("Devices by latency", columns)
        + _table(("share of devices", "within"), rows)
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def cells(row: Sequence[object], tag: str) -> str:
        texts = [f"{value:,}" if isinstance(value, int) else str(value) for value in row]
        first = "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts[:-1])
        return f'<tr>{first}<{tag} class="number">{escape(texts[-1])}</{tag}></tr>'

    body = "".join(cells(row, "td") for row in rows)
    return f"<table><thead>{cells(names, 'th')}</thead><tbody>{body}</tbody></table>"
