"""How a batch is cut into chunks and spread over threads."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from itertools import pairwise
from typing import Generic, TypeVar

__all__ = ["cores", "run_in_chunks"]

_T = TypeVar("_T")

# A chunk is one call into an engine. It lasts some 0.1 s on the slower engines, which is how
# long Ctrl-C may have to wait, and is far longer than starting it takes.
_CHUNK_ROWS = 512
# Rows that a vector kernel computes side by side, and groups of them that share what they load.
_LANES = 8
_GROUPS = 4
# With chunks of fewer rows, the threads' shares differ by more time than full groups save.
_FEW_ROWS = 128
# A thread for fewer rows than this costs more than it saves.
_LEAST_ROWS_A_THREAD = 16


def run_in_chunks(
    chunk: Callable[[int, int], _T],
    take: Callable[[_T], None],
    rows: int,
    threads: int | None,
    *,
    parallel: bool,
) -> None:
    """Pass ``chunk(first, last)`` to `take`, chunk after chunk in their order.

    `chunk` runs in the threads, of which the caller's is one, and `take` in the caller's alone.
    ``threads=None`` means one for every core this process may use. Threads are only started for an
    engine that lets them run side by side; where one cannot be started (a limit on threads or
    memory, an interpreter that is shutting down), the others and the caller do its work. Whatever
    goes wrong, Ctrl-C included, ends the batch once the chunks that run are done. Raises
    ``ValueError`` for threads below 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads: must be at least 1, is {threads}")
    wanted = (threads or cores()) if parallel else 1
    used = max(1, min(wanted, rows // _LEAST_ROWS_A_THREAD))
    cuts = list(pairwise(_cuts(rows, used)))
    if used == 1:
        for cut in cuts:
            take(chunk(*cut))
        return
    work = _Work(chunk, cuts)
    helpers: list[threading.Thread] = []
    try:
        # The caller's thread is one of them: one more than there are cores would keep two waiting.
        _start(helpers, work.do_all, used - 1)
        for cut in cuts:
            while not work.done(cut) and work.do_one():
                pass
            take(work.outcome(cut))
    finally:
        work.drop()
        for helper in filter(threading.Thread.is_alive, helpers):
            helper.join()


class _Work(Generic[_T]):
    """Chunks for whichever thread is free next. What one comes to is kept until it is taken."""

    def __init__(self, chunk: Callable[[int, int], _T], cuts: list[tuple[int, int]]) -> None:
        self._chunk = chunk
        self._left = deque(cuts)
        self._outcomes: dict[tuple[int, int], Future[_T]] = {cut: Future() for cut in cuts}

    def do_one(self) -> bool:
        """Compute the next chunk here and now; False when none is left."""
        try:
            cut = self._left.popleft()
        except IndexError:
            return False
        future = self._outcomes[cut]
        try:
            result = self._chunk(*cut)
        except BaseException as error:
            future.set_exception(error)  # raised when all before it are taken
            if not isinstance(error, Exception):  # Ctrl-C: chunks begin in order, so none is missed
                self.drop()
        else:
            future.set_result(result)
        return True

    def do_all(self) -> None:
        """What a helping thread does."""
        while self.do_one():
            pass

    def done(self, cut: tuple[int, int]) -> bool:
        return self._outcomes[cut].done()

    def outcome(self, cut: tuple[int, int]) -> _T:
        """Wait for a chunk; it is forgotten here. Raises what computing it raised."""
        return self._outcomes.pop(cut).result()

    def drop(self) -> None:
        """Let nobody begin another chunk."""
        self._left.clear()


def _start(helpers: list[threading.Thread], target: Callable[[], None], count: int) -> None:
    """Add threads that run `target`: `count`, or as many as can be started."""
    for i in range(count):
        # Added first: Ctrl-C during the start must not leave one that nobody waits for.
        helpers.append(threading.Thread(target=target, name=f"srp-native_{i}"))
        try:
            helpers[-1].start()
        except (RuntimeError, MemoryError):
            helpers.pop()
            return


def _cuts(rows: int, threads: int) -> list[int]:
    """Where chunks begin, and the end.

    Every thread has as many, all of a size, so that none works alone at the end. They are full
    groups unless rows are few.
    """
    chunks = threads * -(-rows // (threads * _CHUNK_ROWS))
    step = _LANES * _GROUPS if rows > chunks * _FEW_ROWS else _LANES
    steps = -(-rows // step)
    starts = {step * (steps * i // chunks) for i in range(chunks)}
    return sorted(starts | {rows})


def cores() -> int:
    """Cores this process may run on, which a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
