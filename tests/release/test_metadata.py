"""What the distribution says of itself."""

from __future__ import annotations

import re
import runpy
from importlib.metadata import distribution, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from release.releases import ROOT

import cognito_srp
import srp_native

PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_version_has_one_place() -> None:
    assert srp_native.__version__ == cognito_srp.__version__ == metadata("srp-native")["Version"]
    assert not re.search(r'^version = "', PROJECT, re.M)


def of_extra(name: str) -> set[Requirement]:
    """What an extra brings, through the other extras that it names."""
    lines = distribution("srp-native").requires or []
    asked = [Requirement(line) for line in lines if f'extra == "{name}"' in line]
    found = {req for req in asked if req.name != "srp-native"}
    return found.union(*(of_extra(e) for req in asked for e in req.extras if req not in found))


def test_the_lock_has_every_package_of_the_workflows() -> None:
    """docs/releasing.md has the command that makes it again."""
    lock = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")
    pinned: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", lock, re.M):
        pinned.setdefault(canonicalize_name(name), []).append(version)
    base = {Requirement(line) for line in distribution("srp-native").requires or []}
    base = {requirement for requirement in base if "extra" not in str(requirement.marker)}
    for requirement in base | of_extra("dev") | of_extra("release"):
        versions = pinned.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in .ci/requirements.txt"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_both_packages_are_typed() -> None:
    for package in (srp_native, cognito_srp):
        assert (Path(package.__path__[0]) / "py.typed").exists()


def test_links_and_pictures_lead_to_the_address_once_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    with_address = runpy.run_path("setup.py")["with_address"]
    text = (
        "![a](benchmarks/a.svg) [b](docs/b.md), [c](https://c.example), [d](#d), [e](docs/e.md#f)"
    )
    tree = "https://git.example/us/srp-native"
    version = f"v{srp_native.__version__}"
    assert with_address(text, tree) == (
        f"![a]({tree}/raw/{version}/benchmarks/a.svg) [b]({tree}/blob/{version}/docs/b.md), "
        f"[c](https://c.example), [d](#d), [e]({tree}/blob/{version}/docs/e.md#f)"
    )


def test_the_description_is_the_readme() -> None:
    found = metadata("srp-native")
    assert found["Description-Content-Type"] == "text/markdown"
    heading = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0]
    text = found.get_payload() if hasattr(found, "get_payload") else found["Description"]
    assert str(text or found["Description"]).lstrip().startswith(heading)


def test_gmpy2_is_asked_for_where_it_has_wheels() -> None:
    asked = [
        line for line in metadata("srp-native").get_all("Requires-Dist") or () if "gmpy2" in line
    ]
    assert len(asked) == 1
    for machine in ("x86_64", "AMD64", "aarch64", "arm64", "ARM64"):
        assert machine in asked[0].split(";")[1].replace("'", '"')
