"""docs/licences.md lists every package that the base installation brings, with its licence."""

from __future__ import annotations

import re
from importlib.metadata import distribution

from packaging.requirements import Requirement
from release.releases import ROOT

ROWS = dict(
    re.findall(r"^\| ([\w-]+) \| ([^|]+) \|", (ROOT / "docs" / "licences.md").read_text(), re.M)
)


def brought(name: str) -> set[str]:
    """The packages that one brings, and those that they bring; without extras."""
    needed = map(Requirement, distribution(name).requires or [])
    direct = {r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})}
    return direct.union(*map(brought, direct))


def declared(name: str) -> str:
    metadata = distribution(name).metadata
    fields = ("License-Expression", "License", "Classifier")
    return " ".join(value for field in fields for value in metadata.get_all(field) or ())


def test_every_package_is_listed() -> None:
    assert brought("srp-native") == set(ROWS) - {"package"}


def test_with_the_licence_that_it_declares() -> None:
    families = ("LGPL", "MIT", "BSD", "Apache")
    for name in set(ROWS) - {"package"}:
        listed = {family for family in families if family in ROWS[name]}
        assert listed == {family for family in families if family in declared(name)}, name
