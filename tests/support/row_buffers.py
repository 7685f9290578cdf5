"""Memory for engines to write rows to."""

from srp_native._columns import OutputBuffers
from srp_native._sizes import PASSWORD_SIZE, SALT_TEXT_MAX, VERIFIER_TEXT_MAX

__all__ = ["output_buffers"]


def output_buffers(rows: int, less: int = 0) -> OutputBuffers:
    """Room for the longest texts of `rows` rows; of every column, `less` bytes fewer."""
    sizes = (VERIFIER_TEXT_MAX, SALT_TEXT_MAX, PASSWORD_SIZE)
    return OutputBuffers(*(memoryview(bytearray(size * rows - less)) for size in sizes))
