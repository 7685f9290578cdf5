"""Requests that wait are given their verifiers together: a batch costs a tenth as much a row."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from srp_native import Column

from ...devices.columns import create_device_verifier_columns
from ...devices.verifiers import DeviceVerifier, create_device_verifiers
from ...errors import VerifierFaultError
from ...srp.encoding import decode_base64, pad, unpad
from .job import Job, advance, fail_unsent
from .worker_pool import start_thread

__all__ = ["VerifierBatcher"]

#: A larger batch is not much cheaper per row, and takes longer.
_FULL: Final = 128
#: With so many rows a batch does not wait for more, unless enough devices are ready to be sent.
_ENOUGH: Final = 64
#: The most rows of a batch, when even more wait.
_LARGEST: Final = 512
#: How long the first of a batch waits for others, in seconds.
_PATIENCE: Final = 0.002
#: Below this many rows, starting threads costs more CPU than it saves time.
_ROWS_FOR_THREADS: Final = 256


class VerifierBatcher:
    """A thread that computes verifiers, each checked (srp_native/_batch_check.py) before it leaves.

    The first of a batch waits at most 2 ms for others, or until a batch is full where
    `may_fill_up` has said that nothing would be sent any sooner. Nothing is computed for jobs that
    nobody wants any more, or for any once `closing` is set.
    """

    def __init__(self, closing: threading.Event) -> None:
        self._closing = closing
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._jobs: list[Job] = []
        self._may_fill_up = self._closed = False
        self._thread = start_thread(self._run, "enroller-verifiers")

    def add(self, jobs: list[Job]) -> None:
        """A stage: give jobs their verifiers in one of the next batches."""
        with self._lock:
            before = len(self._jobs)
            self._jobs += jobs
            now = len(self._jobs)
            if before < 1 or before < _ENOUGH <= now or before < _FULL <= now:
                self._changed.notify()

    def may_fill_up(self, is_long: bool) -> None:
        """Whether a batch may wait until it is full: enough is ready to be sent already."""
        with self._lock:
            self._may_fill_up = is_long
            self._changed.notify()

    def close(self) -> None:
        """End the thread when it has done what waits."""
        with self._lock:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._gather():
            try:
                self._do(batch)
            except Exception as error:  # out of memory, say: the jobs must not wait for ever
                advance(batch, error)

    def _do(self, batch: list[Job]) -> None:
        unwanted: list[Job] = []
        fresh: list[Job] = []
        repeats: list[Job] = []
        for job in batch:
            if not job.is_wanted(self._closing):
                unwanted.append(job)
            else:
                (fresh if job.request.verifier is None else repeats).append(job)
        advance(unwanted + self._compute(fresh, _make) + self._compute(repeats, _check))

    def _gather(self) -> list[Job]:
        """The next batch; empty at the end."""
        with self._lock:
            while not self._jobs and not self._closed:
                self._changed.wait()
            patient_until = time.monotonic() + _PATIENCE
            while len(self._jobs) < _FULL and not self._closed:
                patience = patient_until - time.monotonic()
                if self._may_fill_up:
                    self._changed.wait()
                elif len(self._jobs) < _ENOUGH and patience > 0:
                    self._changed.wait(patience)
                else:
                    break
            batch, self._jobs = self._jobs[:_LARGEST], self._jobs[_LARGEST:]
            return batch

    def _compute(
        self, jobs: list[Job], verifiers: Callable[[list[Job]], list[DeviceVerifier | None]]
    ) -> list[Job]:
        """Give jobs their verifiers; returns those that got one."""
        if not jobs:
            return []
        try:
            made = verifiers(jobs)
        except Exception as error:
            fail_unsent(jobs, "no verifier could be computed", error)
            return []
        done = []
        for job, verifier in zip(jobs, made, strict=True):
            if verifier is None:
                rule = "the verifier is not that of its own password and salt; nothing was sent"
                advance([job], VerifierFaultError(rule))
            else:
                job.verifier = verifier
                done.append(job)
        return done


def _threads(rows: int) -> int | None:
    return 1 if rows < _ROWS_FOR_THREADS else None


def _make(jobs: list[Job]) -> list[DeviceVerifier | None]:
    """New verifiers."""
    return list(
        create_device_verifiers([job.new_device for job in jobs], threads=_threads(len(jobs)))
    )


def _check(jobs: list[Job]) -> list[DeviceVerifier | None]:
    """The verifiers that came with the requests, None for one that is wrong.

    One whose secret is not known here cannot be checked, and is taken as it is.
    """
    given = [job.request.verifier for job in jobs]
    known = [(v, device) for v in given if v is not None and (device := v.remembered())]
    if not known:
        return given
    columns = create_device_verifier_columns(
        device_group_keys=Column.of([device.device_group_key.encode() for _, device in known]),
        device_keys=Column.of([device.device_key.encode() for _, device in known]),
        device_passwords=Column.of([device.device_password.encode() for _, device in known]),
        salts=Column.of([_unsigned(v.salt) for v, _ in known]),
        threads=_threads(len(known)),
    )
    wrong = {
        id(v)
        for (v, _), right in zip(known, columns.password_verifiers, strict=True)
        if v.password_verifier.encode() != right
    }
    return [None if id(v) in wrong else v for v in given]


def _unsigned(salt: str) -> bytes:
    return pad(unpad(decode_base64(salt))).lstrip(b"\0")
