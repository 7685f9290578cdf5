"""The version of the distribution, for both packages and for the build."""

from typing import Final

__all__ = ["__version__"]

__version__: Final = "0.1.0"
