"""The report: one page that needs nothing else, true to the journal, without a secret."""

from __future__ import annotations

import re
import sqlite3
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.journal_rows import enroll, key_of, opened, outcome, prepared

from cognito_srp import JournalError
from cognito_srp.enroll.bulk.report import Bin, Figures, read_figures
from cognito_srp.enroll.bulk.report_charts import bars, duration, rate_over_time
from cognito_srp.enroll.bulk.report_page import page
from cognito_srp.enroll.journal.rows import Failure


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two runs of ten and five seconds: 25 calls a second, in the first one 5 of them throttled."""
    path = tmp_path / "<b>run.journal"
    with opened(path) as journal:
        enroll(journal, range(100))
        journal.prepare([prepared(number) for number in range(100, 103)])
        journal.mark_sent([key_of(100), key_of(101)])
        journal.finish([outcome(100, "refused", "<script>", latency=40.0)])
        for _ in range(2):
            journal.start_run(25.0)
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE run SET started_at = 1000 * id")
        for run, seconds, throttled in ((1, 10, 5), (2, 5, 0)):
            rows = [(run, 1000 * run + at, 25, throttled) for at in range(1, seconds + 1)]
            raw.executemany("INSERT INTO pace (run, at, sent, throttled) VALUES (?, ?, ?, ?)", rows)
    raw.close()
    return path


def test_figures(path: Path) -> None:
    figures = read_figures(path)
    assert figures.outcomes[0] == ("confirmed", 100)
    assert sorted(figures.outcomes[1:]) == [("prepared", 1), ("refused", 1), ("sent", 1)]
    assert figures.reasons == [("refused", "<script>", 1)]
    assert (figures.devices, figures.attempts) == (103, 101)
    assert [run.seconds for run in figures.runs] == [10, 5]
    assert figures.bin_seconds == 1
    assert figures.bins == pytest.approx([Bin(20, 5, 25)] * 10 + [Bin(25, 0, 25)] * 5)
    assert figures.percentiles == [(50, 0.25), (90, 0.25), (99, 0.25), (99.9, 40.0), (100, 40.0)]
    assert dict(figures.histogram)[0.4] == 100
    assert dict(figures.histogram)[float("inf")] == 1


def test_long_runs_are_thinned_out(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        rows = [(2, 2005 + 1.5 * at, 30, 3) for at in range(1, 40_001)]
        raw.executemany("INSERT INTO pace (run, at, sent, throttled) VALUES (?, ?, ?, ?)", rows)
    raw.close()
    figures = read_figures(path)
    assert len(figures.bins) == 240
    calls = sum(b.other + b.throttled for b in figures.bins) * figures.bin_seconds
    assert calls == pytest.approx(40_000 * 30 + 15 * 25)
    assert figures.bins[100].throttled == pytest.approx(2, rel=0.01)


def test_what_became_of_calls(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE pace SET refused = 1, lost = 2, conflicts = 3 WHERE run = 2")
    raw.close()
    figures = read_figures(path)
    assert figures.bins[-1] == pytest.approx(Bin(19, 0, 25, 1, 2, 3))
    text = page(figures)
    for kind in ("refused", "lost", "conflicts"):
        assert text.count(f'<rect class="{kind}"') == 5
    assert "1.0 refused, 2.0 lost, 3.0 conflicts" in text


def test_where_one_run_ends_and_the_next_begins(path: Path) -> None:
    text = page(read_figures(path))
    [line] = re.findall(r'<path class="run" d="M([0-9.]+) ', text)
    assert float(line) == pytest.approx(52 + 10 / 15 * 696, abs=0.1)
    assert "run 1 ends, run 2 begins" in text
    assert "<td>1970-01-01 00:16:40 UTC</td><td>10s</td>" in text


@pytest.mark.parametrize("jump", [-86_400.0, -5.0, -1.0, -0.5, 5.0])
@pytest.mark.parametrize("after", range(1, 11))
def test_a_clock_that_jumped_in_the_middle_of_a_run(path: Path, jump: float, after: int) -> None:
    """As a journal has it that noted the time of a clock that can be set."""
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE pace SET at = at + ? WHERE run = 1 AND at > ?", (jump, 1000 + after))
    raw.close()
    figures = read_figures(path)
    calls = sum(b.other + b.throttled for b in figures.bins) * figures.bin_seconds
    assert all(run.seconds > 0 for run in figures.runs)
    assert calls == pytest.approx(15 * 25, rel=0.1)
    assert page(figures)


def test_a_run_notes_the_time_that_has_passed_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "run.journal") as journal:
        run = journal.start_run(25.0)
        now = time.time()
        monkeypatch.setattr("cognito_srp.enroll.journal.journal.time.time", lambda: now - 5000)
        journal.note_pace(run, sent=3, throttled=0)
    [noted] = read_figures(tmp_path / "run.journal").runs
    assert 0 <= noted.seconds < 60


def test_rows_that_never_had_a_device(tmp_path: Path) -> None:
    failures = [Failure(n, None, "refused", "<b>Code", "the <i>message") for n in range(2, 2002)]
    with opened(tmp_path / "run.journal") as journal:
        enroll(journal, range(1))
        journal.start_run(25.0, rows=3000)
        journal.fail(failures)
    figures = read_figures(tmp_path / "run.journal")
    assert figures.outcomes == [("refused", 2000), ("confirmed", 1), ("not_started", 999)]
    text = page(figures)
    assert "<td>1001</td><td>refused</td><td>&lt;b&gt;Code</td>" in text
    assert "the &lt;i&gt;message" in text
    assert "The first 1,000 of 2,000" in text


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "data")]


def test_the_page(path: Path) -> None:
    text = page(read_figures(path))
    elements = Elements()
    elements.feed(text)
    assert elements.links == []
    assert not {"script", "link", "img", "b>run"} & set(elements.names)
    assert elements.names.count("svg") == 2
    assert "url(" not in text
    assert "&lt;script&gt;" in text
    assert "&lt;b&gt;run.journal" in text
    assert "prefers-color-scheme: dark" in text
    assert re.search(r"<b>103</b>devices", text)
    assert "us-east-1_" not in text  # no device either
    assert "password" not in text


def test_a_journal_without_any_run(tmp_path: Path) -> None:
    opened(tmp_path / "new.journal").close()
    figures = read_figures(tmp_path / "new.journal")
    assert (figures.devices, figures.bins, figures.percentiles) == (0, [], [])
    assert "No run yet." in page(figures)


def test_a_run_that_is_going_on(tmp_path: Path) -> None:
    with opened(tmp_path / "run.journal") as journal:
        journal.start_run(25.0)
        journal.prepare([prepared(1)])
        assert "<b>1</b>devices" in page(read_figures(tmp_path / "run.journal"))


def test_no_journal(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(JournalError, match="is empty; name the journal of an earlier run"):
        read_figures(tmp_path / "empty")
    with pytest.raises(JournalError, match="unable to open database file"):
        read_figures(tmp_path / "none")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (59.6, "1:00"), (61, "1:01"), (40_000, "11:06:40")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_empty_charts() -> None:
    assert rate_over_time([], 1.0).endswith("</svg>")
    assert bars("nothing", []).endswith("</svg>")
    assert isinstance(Figures.devices, property)
