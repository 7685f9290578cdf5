"""The whole row in C alone, built and searched in the ways of test_csrc.py."""

from __future__ import annotations

import base64
import hashlib
import random
import subprocess
from pathlib import Path

import pytest
from support.c_programs import KERNELS, SANITIZE, Objects, answers, need

from srp_native.group import N

#: With what the CPU has, and as on one that has nothing: other code hashes and encodes there.
CPUS = pytest.mark.parametrize("cpu", [{}, {"dispatch": "bare_cpu"}], ids=["this_cpu", "bare_cpu"])


def row_case(rng: random.Random) -> tuple[str, str]:
    parts = [rng.randbytes(rng.choice([0, 1, 9, 46, 56, 200])) for _ in range(3)]
    salt = rng.choice([b"", b"\0", b"\0\0", b"\x7f", b"\x80"]) + rng.randbytes(
        rng.choice([1, 15, 62])
    )
    number = minimal(salt)
    command = " ".join(["row", *(part.hex() or "-" for part in (*parts, salt))])
    if not any(salt):
        return command, "error -3"
    realm, name, password = parts
    return command, f"{texts_of(realm + name + b':' + password, number)} "


def texts_of(identity: bytes, salt: bytes) -> str:
    """Both texts of a row, by hashlib, pow and base64."""
    x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
    v = minimal(pow(2, int.from_bytes(x, "big"), N).to_bytes(384, "big"))
    return " ".join(base64.b64encode(number).decode() for number in (v, salt))


def minimal(number: bytes) -> bytes:
    value = int.from_bytes(number, "big")
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


@CPUS
def test_rows_agree_with_hashlib_and_base64(
    objects: Objects, long_run: bool, cpu: dict[str, str]
) -> None:
    rng = random.Random(17)
    cases = [row_case(rng) for _ in range(500 if long_run else 40)]
    cases += [("row - - - 00", "error -3"), ("row - - - -", "error -3")]
    cases += [(f"row - - - {'01' * 65}", "error -3")]
    for length in (*range(60), 95, 96, 97, 383, 384, 385):
        data = rng.randbytes(length)
        text = base64.b64encode(data)
        cases.append((f"encode {data.hex() or '-'}", f"{text.decode()} "))
        cases.append((f"decode {text.hex() or '-'}", data.hex() or "none"))
    alphabet = bytes(range(0, 256, 3)), bytes(range(1, 256, 3)), bytes(range(2, 256, 3))
    cases += [(f"encode {data.hex()}", f"{base64.b64encode(data).decode()} ") for data in alphabet]
    wrong = [b"A", b"AA", b"AAA", b"A===", b"====", b"AA=A", b"AB==", b"AAB=", b"AA=A=AAA"]
    every = [bytes([65, c, 65, 65]) for c in range(256)]
    wrong += [b"AAAA" * 20 + text for text in wrong]
    known = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    cases += [(f"decode {text.hex()}", "none") for text in wrong]
    cases += [
        (f"decode {t.hex()}", base64.b64decode(t).hex() if t[1] in known else "none") for t in every
    ]
    found = answers(objects.link("rows", **cpu), [command for command, _ in cases])
    for (command, expected), result in zip(cases, found, strict=True):
        assert result == expected, command[:120]


def test_drawn_rows_are_what_they_say(objects: Objects) -> None:
    found = answers(objects.link("rows"), [f"drawn {b'realm'.hex()} {b'name'.hex()}"] * 9)
    assert len(set(found)) == len(found)
    for line in found:
        verifier, salt, password = line.split()
        assert len(base64.b64decode(password)) == 40
        identity = b"realmname:" + password.encode()
        assert texts_of(identity, base64.b64decode(salt)) == f"{verifier} {salt}"


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_batch_check_holds_until_a_digit_is_another(objects: Objects, kernel: str) -> None:
    lines = ["batch -", *(f"batch {'00' * n}" for n in SIZES)]
    found = answers([*objects.link("rows"), kernel], lines)
    assert found == ["1 1 ", *["1 1 0"] * len(SIZES)]


SIZES = (1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 130)


OK, TEXT, RANGE = "0", "error -5", "error -6"


def text(value: int, size: int = 0) -> str:
    number = value.to_bytes(size or value.bit_length() // 8 + 1, "big")
    return base64.b64encode(number).hex()


@CPUS
@pytest.mark.parametrize("kernel", KERNELS)
def test_only_the_one_text_of_a_number_below_n_is_counted(
    objects: Objects, kernel: str, cpu: dict[str, str]
) -> None:
    one, salt = text(1), text(5)
    limb = 1 << 64
    verifiers = {
        OK: [one, text(0), text(N - 1), text(N - limb), text(N >> 64), text(limb - 1)],
        RANGE: [
            *(text(value) for value in (N, N + 1, N + limb, 2**3072 - 1, 2**3072)),
            *(text(1 << 3072 + i) for i in range(7)),
            *(text((1 + i) * N + 7) for i in range(1, 99, 9)),
        ],
        TEXT: [
            *("-", text(1 << 3079), text(1, 2), text(1, 384), text(255, 1), one[:-2], "00" * 4),
            *(f"{one}0a", f"20{one}", f"{one}3d", f"{one}{one}", "41" * 2000),
            *(b"AQ=\n".hex(), b"AR==".hex(), b"-_-_".hex()),
        ],
    }
    cases = [(f"count {v} {salt}", code) for code in verifiers for v in verifiers[code]]
    salts = [text(1, 2), text(255, 1), "-", b"AR==".hex(), text(1 << 519), "41" * 2000]
    cases += [(f"count {one} {salt}", TEXT) for salt in salts]
    elements = {OK: [0, 1, N - 1, N - limb], RANGE: [N, N + 1, N + limb - 1, 2**3072 - 1]}
    cases += [(f"element {value:0768x}", c) for c, values in elements.items() for value in values]
    command = [*objects.link("rows", **cpu), kernel]
    found = answers(command, [line for line, _ in cases])
    for (line, expected), result in zip(cases, found, strict=True):
        assert result == expected, line[:120]


def test_without_random_bytes_nothing_is_made(objects: Objects) -> None:
    command = objects.link("rows", random="broken_random")
    assert answers(command, [f"batch {'00' * 70}"]) == ["error -4, zeroed"]


# ---- secrets --------------------------------------------------------------------------------

SECRET_CASES = [
    f"encode {'5a' * 41}",
    f"decode {'5a' * 40}",
    f"row {'5a' * 9} {'5a' * 46} {'5a' * 56} {'5a' * 16}",
    f"batch {'5a' * 20}",
]


@CPUS
def test_no_branch_and_no_address_depends_on_a_secret_of_a_row(
    objects: Objects, cpu: dict[str, str]
) -> None:
    if objects.build.runner or objects.build.flags == SANITIZE:
        pytest.skip("valgrind runs neither foreign nor sanitized code")
    need("valgrind")
    if not Path("/usr/include/valgrind/memcheck.h").exists():
        pytest.skip("valgrind's memcheck.h is not installed")
    command = objects.link("rows", "-DMARK_SECRETS", declassify="marked_declassify", **cpu)
    done = subprocess.run(
        ["valgrind", "--quiet", "--error-exitcode=9", *command],
        input="\n".join(SECRET_CASES) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
