"""No pattern takes time that grows faster than the text it is tried on: neither the project's own,
nor those of botocore's service model as the local Cognito uses them, nor what redacts logs."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.hostile_texts import growth_of, hostile_texts
from support.source_tree import PACKAGES

pytest.importorskip("moto", reason="the extra [local] is not installed")

from botocore.session import get_session

from cognito_srp import redaction
from cognito_srp.cli.fault_rules import parse_fault
from cognito_srp.errors import service_error
from cognito_srp.local.server import validation

MODEL = get_session().get_service_model("cognito-idp")
#: These read files of the source tree when the package is built, and nothing else.
AT_BUILD_TIME = {
    f"srp_native/{name}" for name in ("ffi_build.py", "csrc/tables.py", "csrc/check_tables.py")
}


#: These take apart the patterns of botocore's model, and no text that anybody sends.
OF_THE_MODEL = {"_VISIBLE", "_AROUND_TEXT"}


def calls_of_re() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function of `re` in the packages, and the file it stands in."""
    for package in PACKAGES.values():
        for path in sorted(package.rglob("*.py")):
            name = path.relative_to(package.parent).as_posix()
            for node in ast.walk(ast.parse(path.read_text())):
                function = getattr(node, "func", None)
                if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                    is_of_re = function.value.id == "re" and function.attr != "escape"
                    if is_of_re and name not in AT_BUILD_TIME and isinstance(node, ast.Call):
                        yield name, node


def compiled() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """The patterns that are kept in modules, and those that are written where they are used, with
    the methods by which they are used."""
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    for name, call in calls_of_re():
        module = importlib.import_module(name.removesuffix(".py").replace("/", "."))
        source = inspect.getsource(module)
        for key, value in vars(module).items():
            several = value if isinstance(value, tuple) else (value,)
            used = key if several == (value,) else "pattern"
            for number, pattern in enumerate(several):
                if isinstance(pattern, re.Pattern) and key not in OF_THE_MODEL:
                    methods = set(re.findall(rf"\b{used}\.(\w+)", source))
                    found[f"{name} {key} {number}"] = pattern, methods
        method = ast.unparse(call.func).removeprefix("re.")
        if isinstance(call.args[0], ast.Constant) and method != "compile":
            found[f"{name}:{call.lineno}"] = re.compile(call.args[0].value), {method}
    return found


OWN = compiled()


def strings(shape: Any, seen: set[str]) -> Iterator[Any]:
    """The string shapes under a shape, once each."""
    if shape.name in seen:
        return
    seen.add(shape.name)
    if shape.type_name == "string":
        yield shape
    for member in getattr(shape, "members", {}).values():
        yield from strings(member, seen)
    for part in ("member", "key", "value"):
        if hasattr(shape, part):
            yield from strings(getattr(shape, part), seen)


def shapes() -> Iterator[Any]:
    seen: set[str] = set()
    for name in MODEL.operation_names:
        shape = MODEL.operation_model(name).input_shape
        if shape is not None:
            yield from strings(shape, seen)


WITH_PATTERN = {shape.name: shape for shape in shapes() if shape.metadata.get("pattern")}


def check(pattern: str, work: Callable[[str], object]) -> None:
    found = (growth_of(work, text) for text in hostile_texts(pattern))
    assert next(filter(None, found), "") == ""


def test_every_use_of_a_pattern_is_looked_at() -> None:
    """A new one whose text is put together elsewhere has to be added to the tests below."""
    others = {
        name
        for name, call in calls_of_re()
        if not isinstance(call.args[0], ast.Constant)
        and ast.unparse(call.func) != "re.compile"
        and ast.unparse(call.args[0]) != "_RUN"
    }
    assert not others
    assert len(OWN) >= 12
    assert len(WITH_PATTERN) >= 40


@pytest.mark.parametrize("name", OWN)
def test_a_pattern_of_ours(name: str) -> None:
    pattern, methods = OWN[name]
    assert methods, f"{name}: how is it used?"
    is_bytes = isinstance(pattern.pattern, bytes)
    source = pattern.pattern.decode() if is_bytes else pattern.pattern

    def work(text: str) -> None:
        subject: Any = text.encode() if is_bytes else text
        for method in methods:
            if method == "sub":
                pattern.sub(subject[:0], subject)
            else:
                getattr(pattern, method)(subject)

    check(source, work)


@pytest.mark.parametrize("name", WITH_PATTERN)
def test_a_pattern_of_the_service_model(name: str) -> None:
    shape = WITH_PATTERN[name]
    checker = validation._compile(shape)
    compiled = validation._java_pattern(shape.metadata["pattern"])
    check(compiled.pattern, lambda text: list(checker(text, "x")))


@pytest.mark.parametrize(
    "words",
    ["?", "eyJ", "eyJa.", "value '", "Value ' at '", "?=", "authorization:", "X-Amz-Signature=",
     "a.", "cookie:\n"],
)  # fmt: skip
def test_redaction(words: str) -> None:
    check(re.escape(words), redaction._text)
    record = logging.LogRecord("botocore.x", 10, "x", 1, words * 20000, (), None)
    redaction._redact(record)


def test_what_is_read_without_a_pattern() -> None:
    def fault(text: str) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            parse_fault(f"any:throttle:{text}x")

    check("[0-9]+-", fault)
    check("token(expired|revoked)", lambda text: service_error("X", "NotAuthorizedException", text))


ODD = r"(?:[^\s\x00-\x1f\x7f-\x9f]|[\s*])"


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+@[\p{L}\p{M}\p{S}\p{N}\p{P}]+", r"[^\s\x00]+@[^\s\x00]+"),
        (r".*\{##\}.*", r".*\{##\}.*"),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{##[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*##\}"
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*",
            rf"{ODD}*\{{##{ODD}*##\}}{ODD}*",
        ),
        (r"[\w]+ab[\w]+ab[\w]*", r"[\w]+ab[\w]+ab[\w]*"),
    ],
)
def test_what_was_made_not_to_backtrack_takes_the_same_texts(pattern: str, plain: str) -> None:
    ours, theirs = validation._java_pattern(pattern), re.compile(plain, re.ASCII)
    assert ours.pattern != plain
    parts = ["a", "b", "@", "{##", "##}", "#", "{", "\0", "\n"]
    for size in range(7):
        for chosen in itertools.product(parts, repeat=size) if size < 5 else ():
            text = "".join(chosen)
            assert (ours.fullmatch(text) is None) == (theirs.fullmatch(text) is None), text
    for text in ("aab" * 4, "ababab", "aabab", "aabaab", "a##}{####}", "{##a##}##}", "@@@", "a@@"):
        assert (ours.fullmatch(text) is None) == (theirs.fullmatch(text) is None), text


@pytest.mark.parametrize(
    "pattern", [r"[\w-]+_\w+/", r"(?:a|[ab])*c", r"Credential=[^/]+/\d+/", r".*\{##.*##\}.*"]
)
def test_the_test_finds_what_grows(pattern: str) -> None:
    """It would not be worth much otherwise."""
    backtracking = re.compile(pattern)
    found = (growth_of(backtracking.search, text) for text in hostile_texts(pattern))
    assert any(found)
