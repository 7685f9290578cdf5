"""Dependencies point one way. Read from the source, so that no import path is missed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from support.source_tree import PACKAGES, imports, modules, tops

# What each file or folder of the facade may import of the others: the layers below it.
FOUNDATION = {"errors", "redaction"}
BELOW = {
    "errors": set[str](),
    "redaction": set[str](),
    "srp": FOUNDATION,
    "transport": FOUNDATION | {"srp"},
    "storage": FOUNDATION | {"srp"},
    "local": FOUNDATION | {"srp", "storage"},
}
BELOW["devices"] = BELOW["transport"] | {"transport", "storage"}
BELOW["signin"] = BELOW["devices"] | {"devices"}
BELOW["aws_srp"] = BELOW["aio"] = BELOW["signin"] | {"signin"}
BELOW["enroll"] = BELOW["aio"] | {"aio"}
BELOW["distributed"] = BELOW["enroll"] | {"enroll"}
BELOW["cli"] = BELOW["distributed"] | {"distributed", "local"}
BELOW["__main__"] = BELOW["cli"] | {"cli"}
BELOW["__init__"] = BELOW["signin"] | {"signin"}
#: `errors` imports nothing at run time; it names types of these, for what an exception carries.
ONLY_TYPES = {"devices", "signin"}
MAY_IMPORT_BOTO = {"transport", "devices", "signin", "aws_srp", "aio", "enroll", "local", "cli"}
MAY_IMPORT_MOTO = {"local"}


def layer_of(path: Path) -> str:
    """The layer a module of the facade belongs to: its file, or the folder it is in."""
    return path.relative_to(PACKAGES["cognito_srp"]).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules("srp_native"), ids=lambda p: p.stem)
def test_the_maths_knows_nothing_of_aws(path: Path) -> None:
    assert not tops(imports(path)) & {"boto3", "botocore", "moto", "cognito_srp"}


def test_each_native_library_has_one_door() -> None:
    doors = {
        "gmpy2": {"engines/gmpy2.py", "cli/peers.py"},
        "srp_native._srp": {"engines/c.py"},
        "_cffi_backend": {"engines/c.py"},
        "cffi": {"srp_native/ffi_build.py"},
    }
    for library, door in doors.items():
        users = {
            "/".join(path.parts[-2:])
            for path in modules("srp_native") + modules("cognito_srp")
            if any(n == library or n.startswith(library + ".") for n in imports(path))
        }
        assert users == door, library


@pytest.mark.parametrize("path", modules("cognito_srp"), ids=lambda p: p.stem)
def test_the_facade_points_down(path: Path) -> None:
    layer = layer_of(path)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("cognito_srp.")}
    used &= {p.name.removesuffix(".py") for p in PACKAGES["cognito_srp"].iterdir()}
    if layer == "errors":
        assert not {n for n in imports(path, at_import_time=True) if n.startswith("cognito_srp.")}
        used -= ONLY_TYPES
    assert not used - BELOW[layer] - {layer}


@pytest.mark.parametrize("path", modules("cognito_srp"), ids=lambda p: p.stem)
def test_aws_and_moto_stay_where_they_belong(path: Path) -> None:
    used, layer = tops(imports(path)), layer_of(path)
    if layer not in MAY_IMPORT_BOTO:
        assert not used & {"boto3", "botocore"}
    if layer not in MAY_IMPORT_MOTO:
        assert not used & {"moto", "werkzeug"}
    if layer != "local":
        assert not tops(imports(path, at_import_time=True)) & {"boto3", "botocore"}


def test_importing_the_facade_loads_nothing_heavy() -> None:
    code = (
        "import sys, cognito_srp\n"
        "heavy = {'boto3', 'botocore', 'moto', 'gmpy2', 'cffi', 'rich', 'pyarrow'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_backends_loads_no_package_that_they_are_for() -> None:
    code = (
        "import sys, srp_native.backends\n"
        "assert not {'gmpy2', 'srp', 'srptools'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", list(PACKAGES))
def test_public_names(package: str) -> None:
    """``__all__`` is sorted and whole: every name in it exists, every import of it is in it."""
    module = __import__(package)
    tree = ast.parse((PACKAGES[package] / "__init__.py").read_text())
    for_types = [node for node in tree.body if isinstance(node, ast.If)]  # the facade's
    guarded = [node.body for node in tree.body if isinstance(node, ast.Try)]  # the maths'
    imported = {
        alias.asname or alias.name: "." * node.level + (node.module or "")
        for node in (for_types[0].body if for_types else guarded[0])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(module.__all__) == imported.keys()
    assert list(module.__all__) == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
    if for_types:
        assert vars(module)["_MODULES"] == imported
        assert set(module.__all__) <= set(dir(module))
        with pytest.raises(AttributeError, match="has no attribute 'missing'"):
            _ = module.missing


def test_what_sends_knows_a_journal_by_its_protocol() -> None:
    enroll = PACKAGES["cognito_srp"] / "enroll"
    for path in [*enroll.glob("[!_]*.py"), *(enroll / "pipeline").glob("*.py")]:
        assert not {n for n in imports(path) if n.startswith("cognito_srp.enroll.journal")}, path


@pytest.mark.parametrize("folder", ["enroll", "distributed"])
def test_no_two_files_import_each_other(folder: str) -> None:
    """However many lie between them, and imports for types alone included."""
    root = PACKAGES["cognito_srp"]
    files = {
        ".".join(["cognito_srp", *path.relative_to(root).with_suffix("").parts]): path
        for path in (root / folder).rglob("*.py")
    }
    uses = {name: (imports(path) & files.keys()) - {name} for name, path in files.items()}
    while free := [name for name, used in uses.items() if not used & uses.keys()]:
        for name in free:
            del uses[name]
    assert not uses
