"""Where PyInstaller finds what this package needs in a frozen program.

Named by the entry point ``pyinstaller40`` of pyproject.toml.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_dirs"]


def hook_dirs() -> list[str]:
    """The folder of hooks, as PyInstaller asks for it."""
    return [str(Path(__file__).parent)]
