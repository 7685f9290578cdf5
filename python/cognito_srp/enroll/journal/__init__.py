"""The journal: every secret durable, and sealed, before it is sent."""

from .journal import Journal, JournalRow, State

__all__ = ["Journal", "JournalRow", "State"]
