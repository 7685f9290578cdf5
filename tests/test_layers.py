"""Dependencies point one way. Read from the source, so that no import path is missed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"srp_native": ROOT / "srp_native", "cognito_srp": ROOT / "python" / "cognito_srp"}

# Lower layers first: a module may import from its own layer's line and from the lines above it.
FACADE_LAYERS = (
    ("errors", "redaction", "system_keyring"),
    ("encoding", "secret_files"),
    ("srp", "checks"),
    ("device", "device_columns", "sealing"),
    ("steps",),
    ("diagnosis",),
    ("calls",),
    ("devices",),
    ("confirm",),
    ("signin",),
    ("aio",),
    ("aws_srp", "enroll"),
    ("local", "engines"),
    ("cli",),
)
MAY_IMPORT_BOTO = {
    "calls",
    "devices",
    "confirm",
    "signin",
    "aws_srp",
    "aio",
    "enroll",
    "local",
    "cli",
}
MAY_IMPORT_MOTO = {"local"}


def modules(package: str) -> list[Path]:
    return sorted(PACKAGES[package].rglob("*.py"))


def imports(path: Path, *, at_import_time: bool = False) -> set[str]:
    """Dotted names that a module imports, relative ones made absolute."""
    package, root = next((p, r) for p, r in PACKAGES.items() if path.is_relative_to(r))
    parts = [package, *path.relative_to(root).with_suffix("").parts]
    tree = ast.parse(path.read_text())
    nodes = tree.body if at_import_time else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # In a package's __init__ the last part is the module's own name, as in any other.
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            found |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return found


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def layer_of(path: Path) -> str:
    """The layer a module of the facade belongs to: its file, or the folder it is in."""
    return path.relative_to(PACKAGES["cognito_srp"]).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules("srp_native"), ids=lambda p: p.stem)
def test_the_maths_knows_nothing_of_aws(path: Path) -> None:
    assert not tops(imports(path)) & {"boto3", "botocore", "moto", "cognito_srp"}


def test_each_native_library_has_one_door() -> None:
    doors = {
        "gmpy2": {"gmpy2_engine", "peers"},
        "srp_native._srp": {"c_engine"},
        "cffi": {"ffi_build"},
    }
    for library, door in doors.items():
        users = {
            path.stem
            for path in modules("srp_native") + modules("cognito_srp")
            if any(n == library or n.startswith(library + ".") for n in imports(path))
        }
        assert users == door, library


@pytest.mark.parametrize("path", modules("cognito_srp"), ids=lambda p: p.stem)
def test_the_facade_points_down(path: Path) -> None:
    layer = layer_of(path)
    order = [name for line in FACADE_LAYERS for name in line]
    if layer == "__init__":
        return
    assert layer in order, f"{layer} has no place in the layers"
    used = {
        name.split(".")[1]
        for name in imports(path)
        if name.startswith("cognito_srp.") and name.split(".")[1] in order
    }
    level = next(i for i, line in enumerate(FACADE_LAYERS) if layer in line)
    above = {name for line in FACADE_LAYERS[level + 1 :] for name in line}
    if layer == "errors":  # only to name a type
        used -= {"device", "diagnosis", "signin"}
    assert not used & above, used


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


@pytest.mark.parametrize("package", list(PACKAGES))
def test_public_names(package: str) -> None:
    """``__all__`` is sorted and whole: every name in it exists, every import of it is in it."""
    module = __import__(package)
    tree = ast.parse((PACKAGES[package] / "__init__.py").read_text())
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(module.__all__) == imported
    assert list(module.__all__) == sorted(module.__all__)
