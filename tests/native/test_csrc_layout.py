"""Who may include whom in csrc: no circle, and no file but dispatch.c that knows two kernels."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

CSRC = Path(__file__).parent.parent.parent / "srp_native" / "csrc"
FILES = sorted(path for path in CSRC.rglob("*") if path.suffix in {".c", ".h", ".inc"})


def includes(path: Path) -> set[str]:
    text = path.read_text(encoding="ascii")
    return set(re.findall(r'^#include "([^"]+)"', text, re.M))


def test_every_include_is_a_path_from_csrc() -> None:
    wrong = {(path.name, name) for path in FILES for name in includes(path)}
    assert {pair for pair in wrong if not (CSRC / pair[1]).is_file()} == set()


def test_no_file_includes_itself_by_way_of_others() -> None:
    graph = {path.relative_to(CSRC).as_posix(): includes(path) for path in FILES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(FILES)


def test_names_of_files_are_unique() -> None:
    """Object files lie side by side, and people say the name without its folder."""
    assert len({path.name for path in FILES}) == len(FILES)


def test_only_dispatch_knows_more_than_one_kernel() -> None:
    kernels = [folder.name for folder in (CSRC / "kernels").iterdir() if folder.is_dir()]
    assert len(kernels) > 1
    knowing = {}
    for path in FILES:
        own = {path.parent.name} & set(kernels)
        named = {name.split("/")[1] for name in includes(path) if name.count("/") > 1}
        knowing[path.name] = own | named
    assert {name for name, known in knowing.items() if len(known) > 1} == {"dispatch.c"}
    assert knowing["dispatch.c"] == set(kernels)


def test_one_macro_says_where_the_intrinsics_of_64_bit_x86_are() -> None:
    """x32, whose pointers have 32 bits, and compilers without inline assembly depend on it."""
    asking = {path.name for path in FILES if "__x86_64__" in path.read_text(encoding="ascii")}
    assert asking == {"x86_64.h"}
    including = {path.name for path in FILES if "immintrin.h>" in path.read_text(encoding="ascii")}
    for name in including:
        text = next(path for path in FILES if path.name == name).read_text(encoding="ascii")
        assert "#if SRP_X86_64" in text or "#elif SRP_X86_64" in text, name


def test_no_line_is_longer_than_a_screen() -> None:
    lines = [(path.name, line) for path in FILES for line in path.read_text().splitlines()]
    assert not [(name, line) for name, line in lines if len(line) > 100]


LABELS = ["sizes", "in", "out", "CT"]


def declarations(path: Path) -> list[str]:
    """The paragraphs of a header that declare functions, each with the comment above it."""
    paragraphs = re.split(r"\n\n+", path.read_text())
    return [
        text for text in paragraphs if re.search(r"^[a-z][\w *]* \*?\w+\([^{}]*\);$", text, re.M)
    ]


def labels(declaration: str) -> list[str]:
    return re.findall(rf"^ \*   ({'|'.join(LABELS)}) ", declaration, re.M)


def test_every_function_that_python_sees_has_a_banner() -> None:
    found = declarations(CSRC / "srp.h")
    assert len(found) > 10
    assert not [text for text in found if not text.startswith("/*") or not labels(text)]


def test_what_a_banner_says_comes_in_one_order() -> None:
    told = [labels(text) for path in FILES if path.suffix == ".h" for text in declarations(path)]
    assert sum(map(len, told)) > 100
    assert [said for said in told if said != sorted(said, key=LABELS.index)] == []
