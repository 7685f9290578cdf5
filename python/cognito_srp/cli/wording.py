"""What argparse says, in words that name the option, the rule and what to do."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

__all__ = ["nearest", "reworded"]

#: A text of at most so many letters is part of too many names.
_SHORT: Final = 2


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known name that was probably meant, None where there is none.

    It begins so, or is spelt like it (`likeness`, 0 to 1), or has it within.
    """
    from difflib import get_close_matches

    names = {one.lower(): one for one in sorted(known, key=len, reverse=True)}
    name, part = name.lower(), name.lower().lstrip("-")
    long_enough = len(part) > _SHORT
    begun = [one for one in names if long_enough and one.startswith(name)]
    close = get_close_matches(name, names, 1, likeness)
    within = [one for one in names if long_enough and part in one]
    # The shortest is the last.
    found = begun[-1:] or close or within[-1:]
    return names[found[0]] if found else None


def reworded(message: str, actions: Sequence[argparse.Action]) -> str:
    """One of argparse's messages; those that are in our words already stay as they are."""
    for pattern, words in _WORDS:
        if found := pattern.fullmatch(message):
            return words(found, actions)
    return message.removeprefix("argument ")


def _needs_value(found: re.Match[str], actions: Sequence[argparse.Action]) -> str:
    metavar = next((a.metavar for a in actions if found[1] in a.option_strings), None)
    return f"{found[1]}: needs a value; write {found[1]} {metavar or 'VALUE'}"


def _missing(found: re.Match[str], actions: Sequence[argparse.Action]) -> str:
    """With the help of what is missing: it says where a value comes from."""
    names = found[1].split(", ")
    told = []
    for name in names:
        action = next((a for a in actions if name in (*a.option_strings, a.metavar, a.dest)), None)
        if action is not None and action.choices is not None:
            told.append(f"one of {', '.join(map(str, action.choices))}")
        elif action is not None and action.help:
            told.append(f"{name} ({action.help})")
        else:
            told.append(name)
    verb = "is" if len(names) == 1 else "are"
    return f"{', '.join(names)}: {verb} missing; add {', '.join(told)}"


_Words = Callable[[re.Match[str], Sequence[argparse.Action]], str]
_WORDS: Final[tuple[tuple[re.Pattern[str], _Words], ...]] = (
    (re.compile(r"argument (\S+): expected one argument"), _needs_value),
    (re.compile(r"the following arguments are required: (.+)"), _missing),
    (
        re.compile(r"argument (\S+): not allowed with argument (.+)"),
        lambda found, _: f"{found[1]}: excludes {found[2]}; leave one of them out",
    ),
    (
        re.compile(r"one of the arguments (.+) is required"),
        lambda found, _: f"{', '.join(found[1].split())}: one of them is missing; add it",
    ),
    (  # the value is not repeated
        re.compile(r"(?s)argument (\S+): ignored explicit argument .*"),
        lambda found, _: f"{found[1]}: takes no value; leave out = and what follows",
    ),
    (
        re.compile(r"(?s)argument (\S+): invalid int value: .*"),
        lambda found, _: f"{found[1]}: must be a whole number; write one such as 7",
    ),
)
