"""How a batch is cut and spread: every row once, in order, whoever computes it."""

import threading
import time
from random import Random

import pytest

from srp_native._batch import run_in_chunks


class Chunks:
    """Computes rows in chunks that take no time or up to 0.2 ms."""

    def __init__(self, seed: int) -> None:
        self.computed: list[int] = []
        self._random = Random(seed)

    def __call__(self, first: int, last: int) -> range:
        time.sleep(max(0, self._random.uniform(-1e-4, 2e-4)))
        rows = range(first, last)
        self.computed += rows
        return rows


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("rows", [0, 1, 15, 63, 500, 3000])
def test_every_row_is_computed_once_and_taken_in_order(rows: int, threads: int) -> None:
    for seed in range(40):
        chunks = Chunks(seed)
        taken: list[int] = []
        run_in_chunks(chunks, taken.extend, rows, threads, parallel=True)
        assert taken == sorted(chunks.computed) == list(range(rows))


def test_of_two_bad_chunks_the_first_is_named() -> None:
    together = threading.Barrier(2)

    def chunk(first: int, _last: int) -> int:
        together.wait(5)
        if first:
            raise ValueError("a later row")
        time.sleep(0.05)
        raise ValueError("the first row")

    taken: list[int] = []
    with pytest.raises(ValueError, match="the first row"):
        run_in_chunks(chunk, taken.append, 1024, 2, parallel=True)
    assert not taken


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
@pytest.mark.parametrize("starts", [0, 1, 3])
def test_threads_that_cannot_be_started_leave_their_work_to_the_others(
    monkeypatch: pytest.MonkeyPatch, starts: int, error: Exception
) -> None:
    begun: list[threading.Thread] = []
    start = threading.Thread.start

    def failing(thread: threading.Thread) -> None:
        if len(begun) == starts:
            raise error
        begun.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", failing)
    chunks, taken = Chunks(1), list[int]()
    run_in_chunks(chunks, taken.extend, 3000, 8, parallel=True)
    assert taken == sorted(chunks.computed) == list(range(3000))
    assert len(begun) == starts
    assert not any(thread.is_alive() for thread in begun)


def test_whatever_ends_a_batch_ends_its_threads() -> None:
    def take(_: range) -> None:
        raise KeyboardInterrupt

    chunks = Chunks(2)
    with pytest.raises(KeyboardInterrupt):
        run_in_chunks(chunks, take, 100_000, 4, parallel=True)
    assert not [t for t in threading.enumerate() if t.name.startswith("srp-native")]
    assert len(chunks.computed) < 100_000


def test_a_chunk_that_ends_its_thread_ends_the_batch() -> None:
    caller = threading.current_thread()

    def chunk(first: int, last: int) -> range:
        if threading.current_thread() is not caller:
            raise SystemExit
        time.sleep(0.05)
        return range(first, last)

    with pytest.raises(SystemExit):
        run_in_chunks(chunk, lambda _: None, 3000, 2, parallel=True)
