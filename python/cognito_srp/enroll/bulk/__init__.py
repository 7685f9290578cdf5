"""A file of devices: read, checked, enrolled, written, and reported on."""

from .paced_run import Progress
from .run import BulkRun

__all__ = ["BulkRun", "Progress"]
