"""Sphinx builds these pages into a site: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

from pygments.lexers.special import TextLexer  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402

from srp_native import __version__  # noqa: E402

project = "srp-native"
author = "the authors of srp-native"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "public_names",
    "command_reference",
    "error_reference",
    "files_outside",
]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["changes/+*", "_extensions"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4  # a link to any heading is checked

autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
default_role = "py:obj"  # `name` in a docstring leads to it, where there is one
smartquotes = False  # -- is an option here
napoleon_use_ivar = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"srp-native {version}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_search_scorer = str(HERE / "_extensions" / "scorer.js")


def setup(app: Sphinx) -> None:
    """What Sphinx calls."""
    app.add_lexer("csv", TextLexer)
