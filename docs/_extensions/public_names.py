"""Leads from the module that defines a name to where the reference describes it.

Signatures name `cognito_srp.signin.session.Session`; the reference describes what users import,
`cognito_srp.Session`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from sphinx.addnodes import pending_xref

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["MODULES", "setup"]

#: Each has a page in docs/reference. Of names that several of them export, the first counts.
MODULES: Final = (
    "cognito_srp",
    "cognito_srp.errors",
    "cognito_srp.aio",
    "cognito_srp.enroll",
    "cognito_srp.enroll.aio",
    "cognito_srp.distributed",
    "cognito_srp.aws_srp",
    "cognito_srp.local",
    "cognito_srp.redaction",
    "srp_native",
    "srp_native.backends",
)
_ERRORS: Final = "cognito_srp.errors"


def described() -> dict[str, str]:
    """The full name in the reference, by the full name of the definition."""
    found: dict[str, str] = {}
    for module in reversed(MODULES):
        package = import_module(module)
        for name in package.__all__:
            value = getattr(package, name)
            # An error is described with the others.
            home = _ERRORS if _is_error(value) else module
            defined = getattr(value, "__module__", module)
            found[f"{defined}.{name}"] = found[f"{module}.{name}"] = f"{home}.{name}"
    return found


def _is_error(value: Any) -> bool:
    return getattr(value, "__module__", "") == _ERRORS


def _find(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """What Sphinx asks for a reference that leads nowhere."""
    if node.get("refdomain") != "py":
        return None
    names, target = described(), node["reftarget"]
    name, _, member = target.rpartition(".")
    for full, rest in ((target, ""), (name, f".{member}")):
        ends = {public for one, public in names.items() if f".{one}".endswith(f".{full}")}
        if full and len(ends) == 1:
            return env.get_domain("py").resolve_xref(
                env, node["refdoc"], app.builder, "obj", ends.pop() + rest, node, content
            )
    # An argument, a private type, a name of another package: text that leads nowhere.
    return content


def _skip(  # noqa: PLR0917
    app: Sphinx, what: str, name: str, value: Any, skip: bool, options: object
) -> bool | None:
    """What autodoc asks for each member: an error is on the page of the errors alone."""
    page = app.env.temp_data.get("autodoc:module")
    return True if what == "module" and page != _ERRORS and _is_error(value) else None


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.connect("missing-reference", _find)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}
