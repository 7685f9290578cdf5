"""Memory for engines to write rows to."""

from srp_native._columns import Room

__all__ = ["room_for"]


def room_for(rows: int, less: int = 0) -> Room:
    """Room for the longest texts of `rows` rows; of every column, `less` bytes fewer."""
    return Room(*(memoryview(bytearray(longest * rows - less)) for longest in (516, 88, 56)))
