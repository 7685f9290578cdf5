"""The instructions do what the plain lanes do: what proofs of the C code cannot show."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from proofs.proof_trace import CSRC, HERE, broken_copy

NO_SUCH_CPU = 77


def printed(folder: Path, csrc: Path, *flags: str) -> bytes:
    """What every operation gives."""
    program = folder / f"lanes{len(flags)}"
    command = ["gcc", "-O2", "-std=c11", *flags, f"-I{csrc}", str(HERE / "lanes_ops.c")]
    subprocess.run([*command, "-o", str(program)], check=True)
    done = subprocess.run([program], stdout=subprocess.PIPE, check=False)
    if done.returncode == NO_SUCH_CPU:
        pytest.skip("this CPU has no AVX-512 IFMA")
    assert done.returncode == 0
    return done.stdout


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
def test_every_operation_on_lanes_is_what_plain_c_says(tmp_path: Path) -> None:
    plain = printed(tmp_path, CSRC, "-DSRP_PLAIN_LANES")
    assert plain == printed(tmp_path, CSRC)
    assert plain.count(b"\n") > 100_000


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(index.hidden[i] & 31) ^ entry", "index.hidden[i] ^ entry"),
        ("a.hidden[i] >> 52", "a.hidden[i] >> 51"),
        ("digit_of(a & LANES_LOW_52)", "digit_of(a)"),
    ],
)
def test_an_operation_that_differs_is_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "lanes_plain.h", old, new)
    assert printed(tmp_path, csrc, "-DSRP_PLAIN_LANES") != printed(tmp_path, CSRC)


def test_no_operation_is_left_out() -> None:
    names = re.findall(
        r"^LANES_INLINE [\w *]*?(lanes_\w+)\(", (CSRC / "kernels/lanes.h").read_text(), re.M
    )
    names.remove("lanes_of")  # how an operation is written, and what has no value
    names.remove("lanes_mask_of")
    names.remove("lanes_words_of")
    names.remove("lanes_address_barrier")
    names.remove("lanes_prefetch")
    text = (HERE / "lanes_ops.c").read_text()
    recorded = (HERE / "recording.h").read_text()
    for name in names:
        assert f"{name}(" in text, f"lanes_ops.c does not try {name}"
        assert f" {name}(" in recorded or f", {name}," in recorded, f"recording.h has no {name}"
