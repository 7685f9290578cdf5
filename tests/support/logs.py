"""What is logged."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cognito_srp import redaction


@contextmanager
def debug_log() -> Iterator[io.StringIO]:
    """Everything that is logged in this process, at level DEBUG; at the end redaction is off."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        redaction.uninstall()
