"""The instructions do what the plain lanes do: what proofs of the C code cannot show."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from proofs.proof_trace import CSRC, HERE, broken_copy

NO_SUCH_CPU = 77


#: The program of each set of lanes, the header of its plain ones, and the file that records.
LANES = {
    "lanes": ("lanes_ops.c", "lanes_plain.h", "recording.h"),
    "fma_lanes": ("fma_lanes_ops.c", "fma_lanes_plain.h", "recording_fma.h"),
}
#: What has no value, how an operation is written, and the constants of the plain ones.
NOT_TRIED = {
    "lanes_of", "lanes_mask_of", "lanes_words_of", "lanes_address_barrier", "lanes_prefetch",
    "sums_of", "factors_of", "words_of", "fma_prefetch",
}  # fmt: skip


def printed(folder: Path, program: str, csrc: Path, *flags: str) -> bytes:
    """What every operation gives."""
    target = folder / f"lanes{len(flags)}"
    command = ["gcc", "-O2", "-std=c11", *flags, f"-I{csrc}", str(HERE / program)]
    subprocess.run([*command, "-o", str(target)], check=True)
    done = subprocess.run([target], stdout=subprocess.PIPE, check=False)
    if done.returncode == NO_SUCH_CPU:
        pytest.skip("this CPU has no such instructions")
    assert done.returncode == 0
    return done.stdout


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
@pytest.mark.parametrize("lanes", LANES)
def test_every_operation_on_lanes_is_what_plain_c_says(tmp_path: Path, lanes: str) -> None:
    program = LANES[lanes][0]
    plain = printed(tmp_path, program, CSRC, "-DSRP_PLAIN_LANES")
    assert plain == printed(tmp_path, program, CSRC)
    assert plain.count(b"\n") > 100_000


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
@pytest.mark.parametrize(
    ("lanes", "old", "new"),
    [
        ("lanes", "(index.hidden[i] & 31) ^ entry", "index.hidden[i] ^ entry"),
        ("lanes", "a.hidden[i] >> 52", "a.hidden[i] >> 51"),
        ("lanes", "digit_of(a & LANES_LOW_52)", "digit_of(a)"),
        ("fma_lanes", "index.hidden[i] & 7, entry", "index.hidden[i], entry"),
        ("fma_lanes", "wide_down(fma_product(a, b, i), 52)", "wide_down(fma_product(a, b, i), 53)"),
        ("fma_lanes", "FMA_LOW_BIAS + (wide_low", "(wide_low"),
    ],
)
def test_an_operation_that_differs_is_found(tmp_path: Path, lanes: str, old: str, new: str) -> None:
    program, header, _ = LANES[lanes]
    csrc = broken_copy(tmp_path, header, old, new)
    broken = printed(tmp_path, program, csrc, "-DSRP_PLAIN_LANES")
    assert broken != printed(tmp_path, program, CSRC)


@pytest.mark.parametrize("lanes", LANES)
def test_no_operation_is_left_out(lanes: str) -> None:
    program, _, recording = LANES[lanes]
    header = (CSRC / f"kernels/{lanes}.h").read_text()
    pattern = r"^(?:LANES|FMA)_INLINE [\w *]*?((?:lanes|sums|factors|words|fma)_\w+)\("
    names = set(re.findall(pattern, header, re.M)) - NOT_TRIED
    assert len(names) > 20
    text = (HERE / program).read_text()
    recorded = (HERE / recording).read_text()
    for name in names:
        assert f"{name}(" in text, f"{program} does not try {name}"
        assert f" {name}(" in recorded or f", {name}," in recorded, f"{recording} has no {name}"
