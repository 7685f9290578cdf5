"""A file of devices: read, checked, enrolled, written, and reported on."""

from .run import BulkRun, Progress

__all__ = ["BulkRun", "Progress"]
