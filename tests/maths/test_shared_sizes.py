"""Python and C agree on the sizes that they share."""

from __future__ import annotations

import re
from pathlib import Path

from srp_native import _sizes

HEADER = Path(_sizes.__file__).parent / "csrc" / "srp.h"


def test_c_has_the_same_sizes() -> None:
    defined = dict(re.findall(r"#define SRP_(\w+) (\d+)", HEADER.read_text()))
    shared = set(_sizes.__all__) & set(defined)
    assert shared == set(_sizes.__all__) - {"SALT_RANDOM"}  # C names that in rows.c alone
    for name in shared:
        assert int(defined[name]) == getattr(_sizes, name), name


def test_the_sizes_are_those_of_the_wire() -> None:
    assert (_sizes.PASSWORD_RANDOM, _sizes.SALT_RANDOM, _sizes.PASSWORD_SIZE) == (40, 16, 56)
    assert (_sizes.DRAWN_SALT_TEXT_MAX, _sizes.SALT_TEXT_MAX) == (24, 88)
    assert _sizes.VERIFIER_TEXT_MAX == 516
