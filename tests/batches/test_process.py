"""A batch and the process around it: Ctrl-C, fork, other threads, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest
from support import peak_memory

BATCH = """
import srp_native, sys
from srp_native import Column
def batch(rows, threads):
    realms = Column.of([b"-AbCdEf12"] * rows)
    names = Column.of([b"eu-west-1_0c1e5a3c-0000-4000-8000-%012d" % i for i in range(rows)])
    return srp_native.verifier_rows(realms, names, threads=threads)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BATCH + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


posix = pytest.mark.skipif(os.name != "posix", reason="signals and fork are POSIX's")


@posix
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_batch_between_chunks(engine: str, threads: int) -> None:
    """Of a batch of minutes; the chunks that run are finished first."""
    if engine == "python":
        pytest.skip("pure Python is interrupted anywhere")
    result = run(
        f"""
        import signal, time
        srp_native.use_engine({engine!r})
        batch(600, {threads})  # tables are ready
        start = time.perf_counter()
        batch(600, {threads})
        chunk = time.perf_counter() - start
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            batch(1_000_000, {threads})
        except KeyboardInterrupt:
            late = time.perf_counter() - start - chunk - 0.3
            # What is under way, a few chunks, and the time to make a million names.
            assert late < 5 + 10 * chunk, (late, chunk)
            print("interrupted")
        assert len(batch(20, {threads}).verifiers) == 20
        """
    )
    assert result.stdout.strip() == "interrupted", result.stderr


@posix
def test_a_child_forked_while_a_batch_runs(engine: str) -> None:
    rows = 40 if engine == "python" else 600
    result = run(
        f"""
        import os, threading, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork with threads
        srp_native.use_engine({engine!r})
        batch(20, 2)
        parent = threading.Thread(target=batch, args=({rows}, 2))
        parent.start()
        child = os.fork()
        if child == 0:
            os._exit(0 if len(set(batch(40, 2).passwords)) == 40 else 1)
        assert os.waitpid(child, 0)[1] == 0
        parent.join()
        """
    )
    assert result.returncode == 0, result.stderr


def test_a_batch_while_the_interpreter_shuts_down(engine: str) -> None:
    result = run(
        f"""
        import atexit
        srp_native.use_engine({engine!r})
        atexit.register(lambda: print(len(set(batch(40, 2).passwords))))
        """
    )
    assert result.stdout.strip() == "40", result.stderr


@pytest.mark.skipif(not peak_memory.AVAILABLE, reason="this system does not tell a peak")
def test_memory_is_little_more_than_what_goes_in_and_out(long_run: bool) -> None:
    # A smaller batch is less than what its threads take for themselves.
    assert peak_memory.times_its_own_size(1_000_000 if long_run else 50_000) < 1.3
