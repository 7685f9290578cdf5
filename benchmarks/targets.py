"""What the figures have to reach, as ratios of one run, so that they can be checked anywhere.

They are for a machine with AVX-512 IFMA at one multiply-add a cycle. A figure that needs a kernel
that this CPU lacks is not here, and said to be so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Target", "reached"]

Figures = dict[str, Any]

FAST = "c (avx512ifma)"


@dataclass(frozen=True)
class Target:
    """A bound, and the figure that was reached; None where it cannot be taken."""

    what: str
    bound: float
    aim: float | None
    figure: float | None
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if self.figure is None:
            return "not here"
        met = self.figure < self.bound if self.at_most else self.figure >= self.bound
        return "met" if met else "NOT MET"

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "at most" if self.at_most else "at least": self.bound,
            "aim": self.aim,
            "figure": self.figure,
            "verdict": self.verdict,
        }


def reached(figures: Figures) -> list[Target]:
    """Every target with its figure."""
    one, login = figures["microseconds"], figures["random base, 513 bits, microseconds"]
    batch = figures["batch of 10,000 (other kernels: 1,024), microseconds a row, by threads"]
    threads = figures["batch of 10,000, microseconds a row, by threads"]
    sizes = figures["microseconds a row by rows, and by threads"]
    enroller = figures["enroller"]
    cores = max(int(name.rpartition(", ")[2]) for name in threads)

    def ratio(of: Callable[[], float]) -> float | None:
        try:
            return float(f"{of():.4g}")
        except KeyError:  # a kernel that is not here, or a second core
            return None

    rates: list[tuple[str, float, float | None, Callable[[], float]]] = [
        ("pow_g_many, 1 thread, against gmpy2.powmod", 28, 32,
         lambda: one["gmpy2.powmod"] / one[f"srp_native {FAST}, batch"]),
        ("pow_g_many, 1 thread, against CPython pow", 220, 260,
         lambda: one["CPython pow"] / one[f"srp_native {FAST}, batch"]),
        ("pow_g alone against gmpy2.powmod", 12, 14,
         lambda: one["gmpy2.powmod"] / one[f"srp_native {FAST}"]),
        ("powmod, 513 bits, alone, against gmpy2.powmod", 3.0, 3.5,
         lambda: login["gmpy2.powmod"] / login[f"srp_native {FAST}"]),
        ("powmod_many, 513 bits, against gmpy2.powmod", 4.3, 5,
         lambda: login["gmpy2.powmod"] / login[f"srp_native {FAST}, batch"]),
        ("kernel adx, pow_g, against engine gmpy2", 1.1, 1.5,
         lambda: one["srp_native gmpy2"] / one["srp_native c (adx)"]),
        ("kernel portable, pow_g, against gmpy2.powmod", 3.5, 5,
         lambda: one["gmpy2.powmod"] / one["srp_native c (portable)"]),
        ("2 threads against 1, 10,000 powers", 1.9, 1.95,
         lambda: threads["pow_g_many, 1"] / threads["pow_g_many, 2"]),
        ("2 threads against 1, 10,000 rows in columns", 1.9, 1.95,
         lambda: threads["columns, 1"] / threads["columns, 2"]),
        ("objects, checked, 1 thread, of the kernel's rate", 0.75, 0.85,
         lambda: batch[FAST]["kernel, 1"] / batch[FAST]["objects, 1"]),
        ("columns, checked, all threads, of the kernel's rate × threads", 0.88, 0.94,
         lambda: batch[FAST]["kernel, 1"] / batch[FAST][f"columns, {cores}"] / cores),
        ("fewest calls in any 10 s while work waits, % of 25/s", 97, None,
         lambda: enroller["least of 25/s, in any 10 s, %"]),
        ("fewest calls in any 10 s while work waits, % of 250/s", 97, None,
         lambda: enroller["least of 250/s, in any 10 s, %"]),
    ]  # fmt: skip
    limits: list[tuple[str, float, Callable[[], float]]] = [
        ("GIL held at a stretch, ms", 2,
         lambda: max(max(ms.values()) for ms in figures["GIL held at a stretch, ms"].values())),
        ("tables of any kernel, MB", 8, lambda: max(figures["tables, MB"].values())),
        ("tables of any kernel, ms until warm",
         30, lambda: max(figures["tables, ms until warm"].values())),
        ("1,000,000 rows in columns, times inputs and outputs", 1.3,
         lambda: max(
             figures["peak memory of 1,000,000 rows in columns, times inputs and outputs"].values()
         )),
        ("cost of a row, 1,000,000 rows against 1,000", 1.1,
         lambda: sizes["1000000"]["columns, 1"] / sizes["1000"]["columns, 1"]),
        ("burst of 500 callers, ms until 99 % have their verifier", 30,
         lambda: enroller["verifier within, ms, 99th percentile"]),
        ("CPU µs an enrolled device, journal on disk", 150,
         lambda: enroller["CPU µs a device, as fast as it can, journal on disk"]),
        ("most calls in any 10 s, % of 25/s", 102,
         lambda: enroller["most of 25/s, in any 10 s, %"]),
        ("most calls in any 10 s, % of 250/s", 102,
         lambda: enroller["most of 250/s, in any 10 s, %"]),
    ]  # fmt: skip
    return [
        *(Target(what, bound, aim, ratio(of)) for what, bound, aim, of in rates),
        *(Target(what, bound, None, ratio(of), at_most=True) for what, bound, of in limits),
    ]
