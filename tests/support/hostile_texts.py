"""Texts that a pattern may take long over, made from the pattern itself, and how long it takes."""

from __future__ import annotations

import itertools
import re
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse  # re._parser by its public name; 3.11 warns about it

__all__ = ["growth_of", "hostile_texts"]

#: Characters that are tried as what a set stands for, and as the end that spoils a match.
_CANDIDATES = "a0_-*@.{#}:=/?' !eyJAZ\t\n\0é"
_SPOILERS = ("", "\0", "!", "\n")


def _characters(pattern: str) -> list[str]:
    """Each character or short text that the pattern takes somewhere, as far as it names them."""
    found: list[str] = []
    run = ""
    for operator, argument in _flat(sre_parse.parse(pattern)):
        if operator == "LITERAL":
            run += chr(argument)
            continue
        if run:
            found.append(run)
        run = ""
        if operator in ("IN", "ANY", "NOT_LITERAL"):
            found += _members(operator, argument)
    return [*found, run] if run else found


def _members(operator: str, argument: Any) -> list[str]:
    if operator == "ANY":
        return ["a"]
    source = "".join(chr(code) for code in range(128))
    kept = [c for c in _CANDIDATES + source if _takes(operator, argument, c)]
    return kept[:2]


def _takes(operator: str, argument: Any, character: str) -> bool:
    if operator == "NOT_LITERAL":
        return bool(ord(character) != argument)
    taken, negated = False, False
    for kind, value in argument:
        name = str(kind)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            taken |= ord(character) == value
        elif name == "RANGE":
            taken |= value[0] <= ord(character) <= value[1]
        elif name == "CATEGORY":
            sets = {"WORD": r"\w", "DIGIT": r"\d", "SPACE": r"\s"}
            letter = sets[str(value).rpartition("_")[2]]
            taken |= bool(re.match(letter, character)) != ("NOT" in str(value))
    return taken != negated


def _flat(parsed: Any) -> Iterator[tuple[str, Any]]:
    """The operators in the order in which they stand, whatever groups they are in."""
    for operator, argument in parsed:
        name = str(operator)
        if name in ("LITERAL", "IN", "ANY", "NOT_LITERAL"):
            yield name, argument
        elif isinstance(argument, (tuple, list)):
            for part in argument:
                if isinstance(part, sre_parse.SubPattern):
                    yield from _flat(part)
                elif isinstance(part, list):
                    for inner in part:
                        yield from _flat(inner)
        elif isinstance(argument, sre_parse.SubPattern):
            yield from _flat(argument)


def hostile_texts(pattern: str) -> Iterator[Callable[[int], str]]:
    """Functions that give a text of about so many characters: parts of the pattern, alone and in
    pairs, again and again, after the beginning of what it takes and before what it does not."""
    parts = list(dict.fromkeys(_characters(pattern))) or ["a"]
    parts = parts[:8]
    pumps = [*parts, *("".join(pair) for pair in itertools.permutations(parts, 2))]
    pumps.append("".join(parts))
    for pump, end, start in itertools.product(pumps, _SPOILERS, {"", parts[0]}):

        def text(size: int, pump: str = pump, end: str = end, start: str = start) -> str:
            return start + pump * (size // len(pump)) + end

        yield text


def growth_of(work: Callable[[str], object], text: Callable[[int], str]) -> str:
    """What is wrong with the time that `work` takes on longer and longer texts; empty where nothing
    is. Four times the text may take four times as long, and half as much again as that twice over.
    It is the processor time of this thread, and too little of it to be measured is no growth."""
    before = _seconds(work, text(500))
    for size in (2000, 8000):
        now = _seconds(work, text(size))
        if now > 0.004 and now > 9 * before and _seconds(work, text(size)) > 9 * before:
            return f"{size} characters like {text(12)!r}: {now:.4f} s, a quarter {before:.6f} s"
        before = now
    return ""


def _seconds(work: Callable[[str], object], text: str) -> float:
    taken = []
    for _ in range(2):
        start = time.thread_time()
        work(text)
        taken.append(time.thread_time() - start)
        if taken[0] > 0.05:
            break
    return min(taken)
