"""The directives `error-classes` and `service-codes`: tables made from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import srp_native
from cognito_srp import errors
from cognito_srp.cli.failures import _CODES, USAGE

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["classes", "service_codes", "setup"]


def classes() -> Iterator[type[Exception]]:
    """Every exception that the two packages export."""
    for module in (errors, srp_native):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) and issubclass(value, Exception):
                yield value


def service_codes() -> dict[type[Exception], list[str]]:
    """The codes of Cognito that become a class of their own."""
    found: dict[type[Exception], list[str]] = {}
    for code, kind in errors._BY_CODE.items():
        found.setdefault(kind, []).append(code)
    return found


def _exit_code(kind: type[Exception]) -> int:
    if issubclass(kind, errors.InvalidInputError):
        return USAGE
    return next(code for code, kinds in _CODES if issubclass(kind, kinds))


def _name(kind: type[Exception]) -> str:
    home = "srp_native" if kind.__module__.startswith("srp_native") else kind.__module__
    return f"{home}.{kind.__name__}"


class ErrorClasses(SphinxDirective):
    """A row for each class: what it means, and how a command that meets it exits."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        rows = [
            (f":py:exc:`~{_name(kind)}`", _summary(kind), str(_exit_code(kind)))
            for kind in classes()
        ]
        return _table(self, ("class", "meaning", "exit code"), rows)


class ServiceCodes(SphinxDirective):
    """A row for each class that codes of the service become."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        rows = [
            (", ".join(f"``{code}``" for code in codes), f":py:exc:`~{_name(kind)}`")
            for kind, codes in service_codes().items()
        ]
        return _table(self, ("code of the service", "class"), rows)


def _summary(kind: type[Exception]) -> str:
    return (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")


def _table(
    directive: SphinxDirective, head: Iterable[str], rows: Iterable[Iterable[str]]
) -> list[nodes.Node]:
    lines = ["```{eval-rst}", ".. list-table::", "    :header-rows: 1", ""]
    for row in (head, *rows):
        for number, cell in enumerate(row):
            lines.append(f"    {'-' if number else '* -'} {cell}".replace("    -", "      -"))
    box = nodes.container()
    box.document = directive.state.document
    directive.state.nested_parse(StringList([*lines, "```"], source=__file__), 0, box)
    return list(box.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_directive("error-classes", ErrorClasses)
    app.add_directive("service-codes", ServiceCodes)
    return {"parallel_read_safe": True}
