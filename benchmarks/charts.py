"""The charts that README shows, as SVG, light, and the same file for the same figures.

A point is the least time of all rounds, or the rate that it makes; the line from it ends at the
third quartile, so that its length is how much the rounds of that run differed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["draw_all", "peers_figure", "sizes_figure", "threads_figure"]

OURS, OTHERS = "#c0392b", "#7f8c8d"
#: One colour for each form of a batch.
FORMS = {"pow_g_many": "#2c3e50", "columns": "#c0392b", "objects": "#e59866"}
LABELS = {
    "pow_g_many": "bare powers",
    "columns": "whole verifiers in columns",
    "objects": "whole verifiers as objects",
}
#: What makes a whole verifier: random bytes, hashes, the power, base64. The rest are bare powers.
WHOLE = ("create_device_verifier", "generateHashDevice", "generate_hash_device")
SPREAD = "point: least of all rounds, line: to the third quartile"

Machine = dict[str, Any]
#: By name: the median and the third quartile.
Spread = Mapping[str, list[float]]


def draw_all(figures: dict[str, Any], machine: Machine, folder: Path) -> None:
    """The three charts of a run's figures."""
    sizes, threads = (
        "microseconds a row by rows, and by threads",
        "batch of 10,000, microseconds a row, by threads",
    )
    also = "median and third quartile"
    charts = {
        "peers": peers_figure(figures["microseconds"], figures[f"microseconds, {also}"], machine),
        "sizes": sizes_figure(figures[sizes], figures[f"{sizes}, {also}"], machine),
        "threads": threads_figure(figures[threads], figures[f"{threads}, {also}"], machine),
    }
    for name, figure in charts.items():
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "srp-native"
    mpl.rcParams["font.size"] = 10
    from matplotlib import pyplot

    return pyplot


def peers_figure(microseconds: dict[str, float], spread: Spread, machine: Machine) -> Any:
    """Points on a log axis, the slowest on top: bare powers above, whole verifiers below."""
    groups: dict[str, list[str]] = {"bare powers, 2^x mod N": [], "whole verifiers": []}
    bare, whole = groups.values()
    for name in sorted(microseconds, key=microseconds.__getitem__):
        (whole if any(word in name for word in WHOLE) else bare).append(name)
    figure, both = _pyplot().subplots(
        2,
        sharex=True,
        figsize=(9, 0.3 * len(microseconds) + 2.2),
        height_ratios=[len(names) + 1 for names in groups.values()],
    )
    for axes, (title, names) in zip(both, groups.items(), strict=True):
        axes.set_title(title, loc="left", fontsize=10)
        _draw_points(axes, {name: microseconds[name] for name in names}, spread)
    both[-1].set_xscale("log")
    both[-1].set_xlim(right=3 * max(slow for _, slow in spread.values()))
    both[-1].set_xlabel(f"µs, log scale · {SPREAD}\n{_name_machine(machine)}")
    return _finish(figure, both, "Time for one verifier on one thread")


def _draw_points(axes: Any, microseconds: dict[str, float], spread: Spread) -> None:
    for place, (name, least) in enumerate(microseconds.items()):
        color, slow = _color(name), spread[name][1]
        axes.plot([least, slow], [place, place], color=color, linewidth=1.5)
        axes.plot([least], [place], color=color, marker="o", markersize=6)
        axes.annotate(
            f"{least:,.0f} µs", (slow, place), (8, 0), textcoords="offset points", va="center"
        )
    axes.set_yticks(range(len(microseconds)), list(microseconds))
    axes.set_ylim(-0.7, len(microseconds) - 0.3)
    axes.grid(axis="x", color="#ecf0f1")


def _color(name: str) -> str:
    return OURS if name.startswith(("srp_native", "create_device_verifier")) else OTHERS


def sizes_figure(
    sizes: Mapping[str, Mapping[str, float]], spread: Mapping[str, Spread], machine: Machine
) -> Any:
    """Rates over the size of a batch: one thread dashed, all cores drawn through."""
    figure, axes = _pyplot().subplots(figsize=(9, 4.8))
    counts = _thread_counts((name for row in sizes.values() for name in row), machine)
    for form, color in FORMS.items():
        for threads in dict.fromkeys((counts[0], counts[-1])):
            column = f"{form}, {threads}"
            rows = [row for row, times in sizes.items() if column in times]
            _draw_rates(
                axes,
                [int(row) for row in rows],
                [sizes[row][column] for row in rows],
                [spread[row][column][1] for row in rows],
                color=color,
                linestyle="-" if threads == counts[-1] else "--",
                label=f"{LABELS[form]}, {threads} thread{'s' if threads > 1 else ''}",
            )
    axes.set_xscale("log")
    _label(axes, f"rows in a batch, log scale · {SPREAD}\n{_name_machine(machine)}")
    return _finish(figure, [axes], "Rate of a batch over its size")


def threads_figure(by_threads: dict[str, float], spread: Spread, machine: Machine) -> Any:
    """Rates over the number of threads, and the straight line from the first."""
    figure, axes = _pyplot().subplots(figsize=(9, 4.8))
    counts = _thread_counts(by_threads, machine)
    for form, color in FORMS.items():
        columns = [f"{form}, {threads}" for threads in counts]
        times = [by_threads[column] for column in columns]
        slow = [spread[column][1] for column in columns]
        _draw_rates(axes, counts, times, slow, color=color, linestyle="-", label=LABELS[form])
        ideal = [1e6 / times[0] * threads for threads in counts]
        axes.plot(counts, ideal, color=color, linestyle=":", linewidth=1)
    axes.plot([], [], color=OTHERS, linestyle=":", linewidth=1, label="as many times one thread")
    axes.set_xticks(counts)
    cores = f"the {machine['cores']} core{'s' if machine['cores'] > 1 else ''} that were there"
    _label(axes, f"threads, up to {cores} · {SPREAD}\n{_name_machine(machine)}")
    return _finish(figure, [axes], "Rate of a batch of 10,000 rows over its threads")


def _thread_counts(names: Iterable[str], machine: Machine) -> list[int]:
    """The numbers of threads in names such as ``columns, 2``, up to as many as there are cores."""
    counts = {int(name.rpartition(", ")[2]) for name in names}
    return sorted(threads for threads in counts if threads <= (machine["cores"] or threads))


def _draw_rates(
    axes: Any, places: list[int], least: list[float], slow: list[float], **look: Any
) -> None:
    """Rates a second of microseconds for each row, with their spread."""
    best = [1e6 / time for time in least]
    down = [rate - 1e6 / time for rate, time in zip(best, slow, strict=True)]
    errors = [down, [0.0] * len(down)]
    axes.errorbar(places, best, yerr=errors, marker="o", markersize=4, elinewidth=1.5, **look)


def _label(axes: Any, below: str) -> None:
    axes.set_xlabel(below)
    axes.set_ylabel("per second")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color="#ecf0f1")
    axes.legend(frameon=False)


def _name_machine(machine: Machine) -> str:
    load = "" if machine.get("load") is None else f", load {machine['load']}"
    return f"{machine['cpu']}, {machine['cores']} cores{load} · Python {machine['python']}"


def _finish(figure: Any, every: Iterable[Any], title: str) -> Any:
    figure.suptitle(title, fontweight="bold")
    for axes in every:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure
