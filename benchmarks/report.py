"""Turns a run of the benchmarks into the figures that documents quote, and draws them.

    python benchmarks/report.py build/bench.json

writes ``benchmarks/results/figures.json`` (with the machine) and ``peers.svg`` beside it, and
prints each figure with its target. Times are minima: on a shared machine the least disturbed
round is the one that tells about the code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
REFERENCE = "gmpy2.powmod"
GROUPS = ("one verifier", "one login")
#: Groups whose benchmarks give their figures themselves.
FIGURES = ("local Cognito", "sign-in", "other packages", "enroller")


def load(path: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The machine, and every benchmark by its name."""
    run = json.loads(Path(path).read_text())
    info = run["machine_info"]
    cpu = info.get("cpu", {})
    machine = {
        "cpu": cpu.get("brand_raw", info.get("machine")),
        "cores": cpu.get("count"),
        "python": info.get("python_version"),
        "system": f"{info.get('system')} {info.get('release')}",
        "when": run["datetime"],
    }
    # Peers are in more than one group.
    return machine, {
        (f"{b['group']}: " if b["group"] in GROUPS else "") + b["extra_info"]["name"]: b
        for b in run["benchmarks"]
    }


def per_power(benchmarks: dict[str, dict[str, Any]], group: str) -> dict[str, float]:
    """Seconds for each power, by name; a batch is divided by its rows."""
    return {
        name.removeprefix(f"{group}: "): b["stats"]["min"] / b["extra_info"].get("rows", 1)
        for name, b in benchmarks.items()
        if b["group"] == group
    }


def figures(benchmarks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Microseconds and ratios of the peers, and what a fresh process pays."""
    seconds = per_power(benchmarks, "one verifier")
    login = per_power(benchmarks, "one login")
    bare = benchmarks["pass"]["stats"]["min"]
    start = {n: b["extra_info"] for n, b in benchmarks.items() if b["group"] == "fresh process"}
    return {
        "microseconds": {name: round(1e6 * s, 1) for name, s in seconds.items()},
        "times gmpy2.powmod's rate": {
            name: round(seconds[REFERENCE] / s, 2) for name, s in seconds.items()
        },
        "random base, 513 bits, times gmpy2.powmod's rate": {
            name: round(login[REFERENCE] / s, 2) for name, s in login.items()
        },
        "first pow_g, in gmpy2.powmod": {
            n: round(i["ratio"], 2) for n, i in start.items() if "ratio" in i
        },
        "tables, MB": {n: round(i["megabytes"], 2) for n, i in start.items() if "megabytes" in i},
        "import over bare Python, ms": {
            name: round(1e3 * (benchmarks[name]["stats"]["min"] - bare), 1)
            for name in ("import cognito_srp", "import boto3")
        },
        **{
            heading: {
                name: round(value, 2)
                for b in benchmarks.values()
                if b["group"] == heading
                for name, value in b["extra_info"].get("figures", {}).items()
            }
            for heading in FIGURES
        },
    }


def draw(microseconds: dict[str, float], machine: dict[str, Any], path: Path) -> None:
    """The peers as bars on a log axis, the slowest on top."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "srp-native"  # the same figures give the same file
    from matplotlib import pyplot as plt

    names = sorted(microseconds, key=microseconds.__getitem__)
    values = [microseconds[name] for name in names]
    colors = ["#c0392b" if _is_ours(name) else "#7f8c8d" for name in names]
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(names) + 1.2))
    bars = axes.barh(names, values, color=colors)
    axes.bar_label(bars, [f"{value:,.0f} µs" for value in values], padding=4)
    axes.set_xscale("log")
    axes.set_xlim(right=max(values) * 3)
    axes.set_xlabel(f"µs per verifier, one thread, log scale · {machine['cpu']}")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _is_ours(name: str) -> bool:
    return name.startswith(("srp_native", "create_device_verifier"))


def main() -> None:
    machine, benchmarks = load(sys.argv[1])
    result = {"machine": machine, **figures(benchmarks)}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "figures.json").write_text(json.dumps(result, indent=2) + "\n")
    draw(result["microseconds"], machine, RESULTS / "peers.svg")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
