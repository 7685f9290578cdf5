"""The journal: every secret durable, and sealed, before it is sent."""

from .journal import Journal, JournalRow, JournalState
from .rows import Failure

__all__ = ["Failure", "Journal", "JournalRow", "JournalState"]
