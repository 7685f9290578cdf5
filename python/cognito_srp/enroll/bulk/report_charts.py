"""Charts as SVG that a page can hold: no script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from .report import Bin

__all__ = ["KINDS", "bars", "duration", "rate_over_time"]

_WIDTH, _HEIGHT = 760, 240
_LEFT, _BOTTOM, _TOP, _RIGHT = 52, 28, 12, 12
#: Kinds of calls, as the fields of a `Bin`; columns are piled up in this order.
KINDS: Final = ("other", "throttled", "refused", "lost", "conflicts")
_PLOT_WIDTH: Final = _WIDTH - _LEFT - _RIGHT
_PLOT_HEIGHT: Final = _HEIGHT - _TOP - _BOTTOM


def rate_over_time(bins: Sequence[Bin], seconds: float, starts: Sequence[float] = ()) -> str:
    """Calls a second as columns, those that failed on top of the others, and the limit as a line.

    `starts` are the seconds at which one run ends and the next one begins.
    """
    heights = [sum(value for _, value in _kinds(found)) for found in bins]
    top = _round_up(max([*heights, *(found.limit for found in bins), 1.0]))
    step = _PLOT_WIDTH / max(1, len(bins))
    parts = [_frame(f"Calls a second over {duration(seconds * len(bins))}"), _grid(top)]
    for index, found in enumerate(bins):
        left, base = _LEFT + index * step, float(_HEIGHT - _BOTTOM)
        when = duration(index * seconds)
        told = [
            f"{value:.1f} {kind}" for kind, value in _kinds(found)[1:] if value or kind == KINDS[1]
        ]
        title = f"at {when}: {found.other:.1f} a second, {', '.join(told)}"
        parts.append(f"<g><title>{escape(title)}</title>")
        for kind, value in _kinds(found):
            height = value / top * _PLOT_HEIGHT
            base -= height
            parts.append(_rect(kind, left, base, step, height))
        parts.append("</g>")
    line = " ".join(
        f"{_LEFT + at * step:.1f},{_y(found.limit, top):.1f}"
        for index, found in enumerate(bins)
        for at in (index, index + 1)
    )
    parts.append(f'<polyline class="limit" points="{line}"/>')
    for number, start in enumerate(starts, 2):
        x = f"{_LEFT + start / seconds * step:.1f}"
        title = f"run {number - 1} ends, run {number} begins"
        path = f'<path class="run" d="M{x} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
        parts.append(f"<g><title>{title}</title>{path}</g>")
    marks = max(1, round(len(bins) / 6))
    for index in range(0, len(bins) + 1, marks):
        parts.append(_label(_LEFT + index * step, _HEIGHT - 8, duration(index * seconds), "middle"))
    return "".join(parts) + "</svg>"


def _kinds(found: Bin) -> list[tuple[str, float]]:
    """What a column is made of, from its foot."""
    return [(kind, getattr(found, kind)) for kind in KINDS]


def bars(title: str, values: Sequence[tuple[str, int]]) -> str:
    """A column for each value, its label below and its number above."""
    top = _round_up(max([value for _, value in values] + [1]))
    step = _PLOT_WIDTH / max(1, len(values))
    parts = [_frame(title), _grid(top)]
    for index, (label, value) in enumerate(values):
        middle, height = _LEFT + (index + 0.5) * step, value / top * _PLOT_HEIGHT
        base = _HEIGHT - _BOTTOM - height
        parts.append(_rect("other", middle - 0.4 * step, base, 0.8 * step, height))
        parts.append(_label(middle, _HEIGHT - 8, label, "middle"))
        if value:
            parts.append(_label(middle, max(base - 4, 10), f"{value:,}", "middle"))
    return "".join(parts) + "</svg>"


def duration(seconds: float) -> str:
    """As people say it: 45s, 12:30, 11:06:40."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def _frame(title: str) -> str:
    title = escape(title)
    box = f"0 0 {_WIDTH} {_HEIGHT}"
    return f'<svg viewBox="{box}" role="img" aria-label="{title}"><title>{title}</title>'


def _grid(top: float) -> str:
    parts = []
    for quarter in range(5):
        value = top * quarter / 4
        y = _y(value, top)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(_label(_LEFT - 6, y + 4, f"{value:,.10g}", "end"))
    return "".join(parts)


def _rect(kind: str, left: float, top: float, width: float, height: float) -> str:
    if height < 0.05:
        return ""
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.2f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {place}/>'


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * _PLOT_HEIGHT


def _round_up(value: float) -> float:
    """The next number of the kind 1, 2, 4 or 10 times a power of ten, which quarters well."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    return next(power * factor for factor in (1, 2, 4, 10) if power * factor >= value)
