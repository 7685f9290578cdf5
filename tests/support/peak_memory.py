"""What a batch in columns takes at its peak, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["AVAILABLE", "times_its_own_size"]

#: Linux tells the peak of a process, and forgets it when asked to.
AVAILABLE: Final = Path("/proc/self/clear_refs").exists()

_SCRIPT: Final = """
import sys
from array import array
import srp_native
from srp_native import Column

def peak():
    with open("/proc/self/status") as file:
        return next(int(l.split()[1]) << 10 for l in file if l.startswith("VmHWM"))

def column(text, rows):
    size = len(text)
    return Column(text * rows, array("Q", range(0, size * (rows + 1), size)))

rows = int(sys.argv[1])
srp_native.verifier_rows(column(b"g", 100), column(b"k", 100))  # what is loaded once
realms = column(b"-AbCdEf12", rows)
names = column(b"eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc", rows)
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # the peak so far is forgotten
before = peak()
made = srp_native.verifier_rows(realms, names)
inputs, outputs = (
    sum(c.data.nbytes + c.offsets.nbytes for c in columns) for columns in ((realms, names), made)
)
print((peak() - before + inputs) / (inputs + outputs))
"""


def times_its_own_size(rows: int) -> float:
    """The peak of a batch's memory as a multiple of what goes in and comes out of it."""
    command = [sys.executable, "-c", _SCRIPT, str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)
