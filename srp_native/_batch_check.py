"""A batch checks itself, and is computed again by another engine when something is wrong.

Two checks, because no single one sees everything:

- *batch verification by random subsets* (Bellare, Garay and Rabin, "Fast batch verification for
  modular exponentiation and digital signatures", 1998): in each random half of the rows, the
  product of the verifiers must be 2^(sum of x), which the engine computes by its other routine.
  One wrong v is caught with certainty, rows that changed places at least half the time, for one
  multiplication a row;
- a *sample*: a few random rows are made again from their strings by another engine, which sees
  what goes wrong before x: a salt, an offset, an encoding.

In a batch that is too small for random subsets to pay off, every row is in the sample.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from ._errors import EngineFaultError, EngineUnavailableError
from .engines._engine import Engine
from .engines._registry import current_engine, disable_engine, load_engine, other_engine

__all__ = ["BatchCheck", "run_checked"]

_T = TypeVar("_T")

#: The engine that is right when two disagree: CPython's own arithmetic.
_REFERENCE: Final = "python"
# Recomputing a row costs about as much as a verifier, the end of the random subsets as two powers.
_SAMPLE: Final = 3
_ALL_UP_TO: Final = 8


def run_checked(call: Callable[[Engine], _T]) -> _T:
    """Call with the engine that runs now, and with another one when it is found at fault.

    The engine at fault is disabled, with a ``RuntimeWarning``. That goes for a forced engine, too:
    this batch is finished by another, and the next call says that the forced one is gone.
    """
    engine = current_engine()
    while True:
        try:
            return call(engine)
        except EngineFaultError as error:
            disable_engine(engine, str(error))
            engine = other_engine(engine)


class BatchCheck:
    """The checks of one batch.

    Every thread that counts has sums and products of its own, which are joined in the end. The sums
    are secrets: use it in a ``with`` statement, which wipes them.
    """

    def __init__(self, engine: Engine, rows: int) -> None:
        self._engine = engine
        self._sums: list[bytearray] = []
        self._idle: list[bytearray] = []
        self._counts = rows > _ALL_UP_TO
        self._sample: Iterable[int] = range(rows)
        if self._counts:
            self._sample = secrets.SystemRandom().sample(range(rows), _SAMPLE)

    def __enter__(self) -> BatchCheck:
        return self

    def __exit__(self, *_: object) -> None:
        for sums in self._sums:
            sums[:] = bytes(len(sums))

    def count(self, chunk: Callable[[bytearray], None]) -> None:
        """Have ``chunk(sums)`` count a chunk, in any thread, in sums that no other thread uses."""
        if not self._counts:
            return
        try:
            sums = self._idle.pop()
        except IndexError:
            sums = self._engine.new_batch_check()
            self._sums.append(sums)
        chunk(sums)
        self._idle.append(sums)

    def sample(self, first: int, last: int) -> Iterator[int]:
        """The rows from `first` to `last`, the latter left out, that are to be recomputed."""
        return (row for row in self._sample if first <= row < last)

    def finish(self) -> None:
        """Raise `EngineFaultError` unless all that was counted holds."""
        if not self._sums:
            return
        total, *others = self._sums
        for sums in others:
            self._engine.join_batch_checks(total, sums)
        if not self._engine.batch_check_holds(total):
            raise EngineFaultError("the verifiers of a batch do not multiply to what they must")

    def recompute(self, salt: bytes, identity: bytes, v: bytes) -> None:
        """Raise `EngineFaultError` when a row of the sample was computed wrongly.

        A checker that disagrees with the reference is disabled itself, and the next one asked.
        """
        while (checker := self._checker()) and checker.verifier(salt, identity) != v:
            if load_engine(_REFERENCE).verifier(salt, identity) != v:
                raise EngineFaultError(
                    f"engine {checker.name!r} makes another verifier of a row of a batch"
                )
            disable_engine(checker, f"it disagrees with engine {_REFERENCE!r} about a row")

    def _checker(self) -> Engine | None:
        try:
            return other_engine(self._engine)
        except EngineUnavailableError:
            if self._engine.name == _REFERENCE:
                return None  # the last resort, and nobody left to ask
            raise
