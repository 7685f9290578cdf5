"""The journal: every secret durable, and sealed, before it is sent."""

from .journal import Failure, Journal, JournalRow, JournalState

__all__ = ["Failure", "Journal", "JournalRow", "JournalState"]
