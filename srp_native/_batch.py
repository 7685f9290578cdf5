"""How a batch is cut into chunks and spread over threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future

# Not on first use: a fork while another thread imports leaves the child with the import's lock.
from concurrent.futures.thread import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

__all__ = ["cores", "run_in_chunks"]

_T = TypeVar("_T")

# A chunk is one call into an engine. It lasts some 0.1 s on the slower engines, which is how
# long Ctrl-C may have to wait, and is far longer than starting it takes.
_CHUNK_ROWS = 512
# What a vector kernel computes side by side, and how many of those share what they load.
_LANES = 8
_GROUPS = 4
# In chunks of fewer rows than this the threads' shares differ by more than a full group saves.
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
    engine that lets them run side by side. Whatever goes wrong, Ctrl-C included, ends the batch
    once the chunks that run are done. Raises ``ValueError`` for threads below 1.
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
    # The caller's thread is one of them: one more than there are cores would keep two waiting.
    with ThreadPoolExecutor(used - 1, thread_name_prefix="srp-native") as pool:
        try:
            futures = {cut: pool.submit(chunk, *cut) for cut in cuts}
            free = (cut for cut in cuts if cut in futures and futures[cut].cancel())
            for cut in cuts:
                while not futures[cut].done() and (mine := next(free, None)):
                    futures[mine] = _outcome(chunk, *mine)
                take(futures.pop(cut).result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _outcome(chunk: Callable[[int, int], _T], first: int, last: int) -> Future[_T]:
    """What comes of a chunk here and now."""
    future: Future[_T] = Future()
    try:
        future.set_result(chunk(first, last))
    except Exception as error:
        future.set_exception(error)  # raised when all before it are taken
    return future


def _cuts(rows: int, threads: int) -> list[int]:
    """Where chunks begin, and the end: as many for every thread and all of a size, so that none
    works alone at the end, and in full groups unless rows are few."""
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
