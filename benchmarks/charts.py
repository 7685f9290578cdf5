"""The charts that README shows, as SVG, light, and the same file for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["draw_peers", "draw_sizes", "draw_threads"]

OURS, OTHERS = "#c0392b", "#7f8c8d"
#: One colour for each form of a batch.
FORMS = {"pow_g_many": "#2c3e50", "columns": "#c0392b", "objects": "#e59866"}
LABELS = {"pow_g_many": "powers alone", "columns": "verifiers in columns", "objects": "as objects"}

Machine = dict[str, Any]


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "srp-native"
    mpl.rcParams["font.size"] = 10
    from matplotlib import pyplot

    return pyplot


def _save(figure: Any, axes: Any, path: Path) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def draw_peers(microseconds: dict[str, float], machine: Machine, path: Path) -> None:
    """The peers as bars on a log axis, the slowest on top."""
    names = sorted(microseconds, key=microseconds.__getitem__)
    values = [microseconds[name] for name in names]
    figure, axes = _pyplot().subplots(figsize=(9, 0.36 * len(names) + 1.2))
    bars = axes.barh(names, values, color=[OURS if _is_ours(name) else OTHERS for name in names])
    axes.bar_label(bars, [f"{value:,.0f} µs" for value in values], padding=4)
    axes.set_xscale("log")
    axes.set_xlim(right=max(values) * 3)
    axes.set_xlabel(f"µs per verifier, one thread, log scale · {machine['cpu']}")
    axes.margins(y=0.02)
    _save(figure, axes, path)


def _is_ours(name: str) -> bool:
    return name.startswith(("srp_native", "create_device_verifier"))


def draw_sizes(sizes: dict[str, dict[str, float]], machine: Machine, path: Path) -> None:
    """Rates over the size of a batch: one thread dashed, all cores drawn through."""
    figure, axes = _pyplot().subplots(figsize=(9, 4.2))
    counts = sorted({int(name.rpartition(", ")[2]) for row in sizes.values() for name in row})
    for form, color in FORMS.items():
        for threads in counts:
            points = {
                int(rows): 1e6 / row[f"{form}, {threads}"]
                for rows, row in sizes.items()
                if f"{form}, {threads}" in row
            }
            every = threads == counts[-1]
            axes.plot(
                list(points),
                list(points.values()),
                color=color,
                marker="o",
                markersize=4,
                linestyle="-" if every else "--",
                label=f"{LABELS[form]}, {threads} thread{'s' if threads > 1 else ''}",
            )
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    _label(axes, f"rows in a batch, log scale · {machine['cpu']}")
    _save(figure, axes, path)


def draw_threads(by_threads: dict[str, float], machine: Machine, path: Path) -> None:
    """Rates over the number of threads, and the straight line from the first."""
    figure, axes = _pyplot().subplots(figsize=(9, 4.2))
    for form, color in FORMS.items():
        rates = {
            int(name.rpartition(", ")[2]): 1e6 / time
            for name, time in by_threads.items()
            if name.startswith(f"{form}, ")
        }
        axes.plot(list(rates), list(rates.values()), color=color, marker="o", label=LABELS[form])
        ideal = [rates[1] * threads for threads in rates]
        axes.plot(list(rates), ideal, color=color, linestyle=":", linewidth=1)
    axes.plot([], [], color=OTHERS, linestyle=":", linewidth=1, label="as many times one thread")
    axes.set_xticks(list(rates))
    axes.set_ylim(bottom=0)
    _label(axes, f"threads, batch of 10,000 rows · {machine['cpu']}, {machine['cores']} cores")
    _save(figure, axes, path)


def _label(axes: Any, below: str) -> None:
    axes.set_xlabel(below)
    axes.set_ylabel("per second")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color="#ecf0f1")
    axes.legend(frameon=False)
