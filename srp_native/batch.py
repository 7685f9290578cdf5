"""How a batch is cut into chunks and spread over threads."""

from __future__ import annotations

import os
from collections.abc import Callable

__all__ = ["run_in_chunks"]

# A chunk is one call into an engine. It lasts some 0.1 s on the slower engines, which is how
# long Ctrl-C may have to wait, and is far longer than starting it takes.
_CHUNK_ROWS = 512
# A thread for fewer rows than this costs more than it saves.
_LEAST_ROWS_A_THREAD = 16


def run_in_chunks(
    chunk: Callable[[int, int], bytes], rows: int, threads: int | None, *, parallel: bool
) -> bytes:
    """Join ``chunk(first, last)`` over all rows, in order.

    ``threads=None`` means one for every core this process may use. Threads are only started
    for an engine that lets them run side by side. Raises ``ValueError`` for threads below 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads: must be at least 1, is {threads}")
    wanted = (threads or _cores()) if parallel else 1
    used = max(1, min(wanted, rows // _LEAST_ROWS_A_THREAD))
    size = max(1, min(_CHUNK_ROWS, -(-rows // used)))
    starts = range(0, rows, size)
    if used == 1:
        return b"".join(chunk(first, min(first + size, rows)) for first in starts)

    from concurrent.futures import ThreadPoolExecutor  # 8 ms that most processes never need

    with ThreadPoolExecutor(used, thread_name_prefix="srp-native") as pool:
        try:
            return b"".join(pool.map(lambda first: chunk(first, min(first + size, rows)), starts))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _cores() -> int:
    """Cores this process may run on, which a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
