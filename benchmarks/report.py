"""Turns a run of the benchmarks into the figures that documents quote, and draws them.

    python -m benchmarks.report build/bench.json
    python -m benchmarks.report build/bench.json "other packages"

The first writes ``benchmarks/results/figures.json`` (with the machine) and three charts beside it,
and prints each target with the figure that was reached. The second takes a run of one group's
benchmarks alone, and writes ``benchmarks/results/other-packages.json``; so with "one verifier".

Times are minima: on a shared machine the least disturbed round is the one that tells about the
code. Medians and third quartiles beside them show how much the rounds differed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.charts import draw_all
from benchmarks.measuring import middle_and_slow
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
        "load": info.get("load"),
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
    """Microseconds for each power: the least of all rounds."""
    return {name: min(times) for name, times in rounds_of(benchmarks, group).items()}


def spread(benchmarks: list[Benchmark], group: str) -> dict[str, list[float]]:
    """The median and the third quartile of the same."""
    return {name: middle_and_slow(times) for name, times in rounds_of(benchmarks, group).items()}


def rounds_of(benchmarks: list[Benchmark], group: str) -> dict[str, list[float]]:
    """Microseconds of every round; a batch is divided by its rows, and what timed itself in another
    process says so."""
    return {
        name: [
            1e6 * seconds / b["extra_info"].get("rows", 1)
            for seconds in b["extra_info"].get("all_seconds") or b["stats"]["data"]
        ]
        for name, b in of_group(benchmarks, group).items()
    }


def times_of(benchmarks: list[Benchmark], group: str) -> dict[str, Any]:
    """A group's times and the versions of what is not ours."""
    return {
        "microseconds": per_power(benchmarks, group),
        "microseconds, median and third quartile": spread(benchmarks, group),
        "versions": extra(benchmarks, group, "version"),
    }


def given_figures(benchmarks: list[Benchmark], group: str) -> dict[str, float]:
    """The figures that a group's benchmarks give themselves."""
    return {
        name: value
        for each in extra(benchmarks, group, "figures").values()
        for name, value in each.items()
    }


def figures(benchmarks: list[Benchmark]) -> dict[str, Any]:
    one, login = (per_power(benchmarks, group) for group in ("one verifier", "one login"))
    imports = of_group(benchmarks, "import")
    bare = imports.pop("pass")["stats"]["min"]
    example = of_group(benchmarks, "AWS's ConfirmDevice example")
    return {
        **times_of(benchmarks, "one verifier"),
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
        "microseconds a row by rows, and by threads, median and third quartile": extra(
            benchmarks, "sizes", "spread"
        ),
        "batch of 10,000, microseconds a row, by threads, median and third quartile": extra(
            benchmarks, "threads", "spread"
        )["10000"],
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
        **{heading: given_figures(benchmarks, heading) for heading in FIGURES},
    }


def rounded(item: Any) -> Any:
    """Four digits of every number: more would say nothing."""
    if isinstance(item, dict):
        return {key: rounded(value) for key, value in item.items()}
    if isinstance(item, list):
        return [rounded(value) for value in item]
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


def write(name: str, document: dict[str, Any]) -> None:
    """Keep the figures, and print them."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / name).write_text(text + "\n")
    print(text)


def main(run: str, group: str = "") -> None:
    machine, benchmarks = load(run)
    if group:
        found = rounded(given_figures(benchmarks, group) or times_of(benchmarks, group))
        write(f"{group.replace(' ', '-')}.json", {"machine": machine, group: found})
        return
    result = rounded(figures(benchmarks))
    targets = reached(result)
    write("figures.json", {"machine": machine, "targets": [t.as_json() for t in targets], **result})
    draw_all(result, machine, RESULTS)
    print_targets(targets)


if __name__ == "__main__":
    main(*sys.argv[1:])
