"""Turns a run of the benchmarks into the figures that documents quote, and draws them.

    python -m benchmarks.report build/bench.json

writes ``benchmarks/results/figures.json`` (with the machine) and three charts beside it, and prints
each target with the figure that was reached. Times are minima: on a shared machine the least
disturbed round is the one that tells about the code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.charts import draw_peers, draw_sizes, draw_threads
from benchmarks.targets import Target, reached

RESULTS = Path(__file__).parent / "results"
REFERENCE = "gmpy2.powmod"
#: Groups whose benchmarks give their figures themselves.
FIGURES = ("local Cognito", "sign-in", "other packages", "enroller")

Benchmark = dict[str, Any]


def load(path: str) -> tuple[dict[str, Any], list[Benchmark]]:
    """The machine, and every benchmark."""
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
    return machine, run["benchmarks"]


def of_group(benchmarks: list[Benchmark], group: str) -> dict[str, Benchmark]:
    """The benchmarks of a group by their names."""
    return {b["extra_info"]["name"]: b for b in benchmarks if b["group"] == group}


def extra(benchmarks: list[Benchmark], group: str, key: str) -> dict[str, Any]:
    """What a benchmark noted beside its time, for those of a group that did."""
    found = of_group(benchmarks, group)
    return {name: b["extra_info"][key] for name, b in found.items() if key in b["extra_info"]}


def per_power(benchmarks: list[Benchmark], group: str) -> dict[str, float]:
    """Microseconds for each power; a batch is divided by its rows, and what timed itself in another
    process says so."""
    return {
        name: 1e6
        * b["extra_info"].get("seconds", b["stats"]["min"])
        / b["extra_info"].get("rows", 1)
        for name, b in of_group(benchmarks, group).items()
    }


def figures(benchmarks: list[Benchmark]) -> dict[str, Any]:
    one, login = (per_power(benchmarks, group) for group in ("one verifier", "one login"))
    imports = of_group(benchmarks, "import")
    bare = imports.pop("pass")["stats"]["min"]
    example = of_group(benchmarks, "AWS's ConfirmDevice example")
    return {
        "microseconds": one,
        "times gmpy2.powmod's rate": {n: one[REFERENCE] / t for n, t in one.items()},
        "random base, 513 bits, microseconds": login,
        "random base, 513 bits, times gmpy2.powmod's rate": {
            n: login[REFERENCE] / t for n, t in login.items()
        },
        "batch of 10,000 (other kernels: 1,024), microseconds a row, by threads": extra(
            benchmarks, "batch", "microseconds"
        ),
        "batch of 10,000, microseconds a row, by threads": extra(
            benchmarks, "threads", "microseconds"
        )["10000"],
        "microseconds a row by rows, and by threads": extra(benchmarks, "sizes", "microseconds"),
        "GIL held at a stretch, ms": extra(benchmarks, "GIL", "milliseconds"),
        "peak memory of 1,000,000 rows in columns, times inputs and outputs": extra(
            benchmarks, "memory", "ratio"
        ),
        "first pow_g, in gmpy2.powmod": extra(benchmarks, "fresh process", "ratio"),
        "tables, MB": extra(benchmarks, "fresh process", "megabytes"),
        "tables, ms until warm": extra(benchmarks, "fresh process", "milliseconds"),
        "import over bare Python, ms": {
            name: 1e3 * (b["stats"]["min"] - bare) for name, b in imports.items()
        },
        "AWS's ConfirmDevice example, microseconds": {
            name: 1e6 * b["stats"]["min"] for name, b in example.items()
        },
        **{
            heading: {
                name: value
                for each in extra(benchmarks, heading, "figures").values()
                for name, value in each.items()
            }
            for heading in FIGURES
        },
    }


def rounded(item: Any) -> Any:
    """Four digits of every number: more would say nothing."""
    if isinstance(item, dict):
        return {key: rounded(value) for key, value in item.items()}
    return float(f"{item:.4g}") if isinstance(item, float) else item


def print_targets(targets: list[Target]) -> None:
    width = max(len(target.what) for target in targets)
    print(f"{'':{width}}    target       aim    figure")
    for target in targets:
        aim = "" if target.aim is None else f"{target.aim:g}"
        figure = "-" if target.figure is None else f"{target.figure:.3g}"
        sign = "<" if target.at_most else "≥"
        print(
            f"{target.what:{width}}  {sign} {target.bound:6g}  {aim:>8}  {figure:>8}  "
            f"{target.verdict}"
        )


def main() -> None:
    machine, benchmarks = load(sys.argv[1])
    result = rounded(figures(benchmarks))
    targets = reached(result)
    RESULTS.mkdir(exist_ok=True)
    document = {"machine": machine, "targets": [t.as_json() for t in targets], **result}
    (RESULTS / "figures.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    draw_peers(result["microseconds"], machine, RESULTS / "peers.svg")
    draw_sizes(result["microseconds a row by rows, and by threads"], machine, RESULTS / "sizes.svg")
    draw_threads(
        result["batch of 10,000, microseconds a row, by threads"], machine, RESULTS / "threads.svg"
    )
    print(json.dumps(document, indent=2, ensure_ascii=False))
    print_targets(targets)


if __name__ == "__main__":
    main()
