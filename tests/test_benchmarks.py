"""What the benchmarks are made of: the drivers of C libraries, the figures and the charts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from support import TESTS

from benchmarks import charts, report
from benchmarks.c_libraries import LIBRARIES, Library, NotInstalledError, build, run
from benchmarks.measuring import middle_and_slow
from srp_native import N

MACHINE = {"cpu": "a CPU", "cores": 2, "python": "3.12", "load": 0.5}


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_driver_computes_the_power(name: str, tmp_path: Path) -> None:
    try:
        program = build(LIBRARIES[name], tmp_path)
    except NotInstalledError as error:
        pytest.skip(str(error))
    for base, exponent, modulus in ((2, 2**255 + 9, N), (3**1900, 2**512 + 5, N), (0xA, 7, 0x65)):
        timed = run(program, base, exponent, modulus, rounds=2)
        assert timed.power == pow(base, exponent, modulus)
        assert len(timed.seconds) == 2
        assert all(0 < seconds < 10 for seconds in timed.seconds)
        assert name.partition(" ")[0].lower() in timed.version.lower()


@pytest.mark.skipif(os.name == "nt", reason="the drivers are for POSIX systems")
def test_a_library_that_is_not_installed_is_named(tmp_path: Path) -> None:
    missing = Library("openssl.c", "crypto-of-nobody", "libnobody-dev")
    with pytest.raises(NotInstalledError, match=r"libnobody-dev|no C compiler"):
        build(missing, tmp_path)


def test_figures_are_minima_with_the_median_and_the_third_quartile() -> None:
    benchmarks: list[dict[str, Any]] = [
        {"group": "g", "extra_info": {"name": "ours", "rows": 10}, "stats": {"data": [4, 2, 3, 5]}},
        {"group": "g", "extra_info": {"name": "theirs", "all_seconds": [7]}, "stats": {"data": []}},
        {"group": "other", "extra_info": {"name": "ours"}, "stats": {"data": [1]}},
    ]
    assert report.per_power(benchmarks, "g") == {"ours": 2e5, "theirs": 7e6}
    assert report.spread(benchmarks, "g") == {"ours": [3.5e5, 4.25e5], "theirs": [7e6, 7e6]}
    assert middle_and_slow([1.0]) == [1.0, 1.0]


def test_bare_powers_and_whole_verifiers_are_apart() -> None:
    pytest.importorskip("matplotlib")
    times = {
        "CPython pow": 4000.0,
        "srp_native c (adx)": 80.0,
        "create_device_verifier, c (adx)": 90.0,
        "pycognito generate_hash_device": 4100.0,
    }
    spread = {name: [time * 1.1, time * 1.2] for name, time in times.items()}
    figure = charts.peers_figure(times, spread, MACHINE)
    bare, whole = figure.axes
    assert figure.get_suptitle() == "Time for one verifier on one thread"
    assert [label.get_text() for label in bare.get_yticklabels()] == [
        "srp_native c (adx)",
        "CPython pow",
    ]
    assert [label.get_text() for label in whole.get_yticklabels()] == [
        "create_device_verifier, c (adx)",
        "pycognito generate_hash_device",
    ]
    assert bare.get_xscale() == whole.get_xscale() == "log"
    assert not bare.patches  # points, no bars
    assert [list(line.get_xdata()) for line in bare.lines] == [[80, 96], [80], [4000, 4800], [4000]]


def test_no_more_threads_are_drawn_than_there_were_cores() -> None:
    pytest.importorskip("matplotlib")
    times = {f"{form}, {threads}": 20.0 / threads for form in charts.FORMS for threads in (1, 2, 4)}
    spread = {name: [time, time * 2] for name, time in times.items()}
    figure = charts.threads_figure(times, spread, MACHINE)
    [axes] = figure.axes
    assert {x for line in axes.lines for x in line.get_xdata()} == {1, 2}
    assert "up to the 2 cores that were there" in axes.get_xlabel()
    assert figure.get_suptitle() == "Rate of a batch of 10,000 rows over its threads"


def test_a_batch_is_drawn_on_one_thread_and_on_all_cores(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    sizes = {
        rows: {f"{form}, {threads}": 30.0 / threads for form in charts.FORMS for threads in (1, 2)}
        for rows in ("1", "100")
    }
    del sizes["100"]["objects, 2"]
    spread = {
        rows: {name: [time, time * 2] for name, time in row.items()} for rows, row in sizes.items()
    }
    figure = charts.sizes_figure(sizes, spread, MACHINE)
    [axes] = figure.axes
    assert len(axes.get_legend().texts) == 6
    figure.savefig(tmp_path / "first.svg", metadata={"Date": None})
    charts.sizes_figure(sizes, spread, MACHINE).savefig(
        tmp_path / "second.svg", metadata={"Date": None}
    )
    assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()


def test_the_pages_peers_are_those_that_were_measured() -> None:
    measured = json.loads((report.RESULTS / "one-verifier.json").read_text())["one verifier"]
    page = (TESTS.parent / "docs" / "benchmarks.md").read_text()
    rows = re.findall(r"^\| (.+) \| .+ \| .+ \| ([\d,]+|-) \| ([\d.]+|-) \|$", page, re.M)
    assert sorted(version for version, *_ in rows) == sorted(measured["versions"].values())
    times_of = measured["microseconds"]
    for version, shown, times in rows:
        if shown != "-":
            named = [name for name, its in measured["versions"].items() if its == version]
            [took] = [times_of[name] for name in named if f"{times_of[name]:,.0f}" == shown]
            assert took / times_of["gmpy2.powmod"] == pytest.approx(float(times), abs=0.006)
