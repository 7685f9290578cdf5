"""The door between Python and C: C trusts what it is told, so nothing unsound gets through."""

from __future__ import annotations

import subprocess
import sys
from array import array

import pytest
from support.reference import verifier
from support.row_buffers import output_buffers

from srp_native import Column
from srp_native._columns import OutputBuffers, Rows
from srp_native._errors import EngineFaultError
from srp_native.engines._engine import Engine
from srp_native.engines._row_formulas import ZeroSaltError

NAMES = Column.of([b"a", b"b"])
GIVEN = Rows(NAMES, NAMES, NAMES, NAMES)


@pytest.mark.parametrize("bad", [[0, 3, 2], [0, 2, 5], [0, 2**64 - 1, 4], [2**64 - 2, 0, 1]])
@pytest.mark.parametrize("name", Rows._fields)
def test_bad_offsets(engine: Engine, name: str, bad: list[int]) -> None:
    """Whoever should have checked them before."""
    rows = GIVEN._replace(**{name: Column(b"salt", array("Q", bad))})
    with pytest.raises(ValueError, match=f"{name}: .* backwards or past the end"):
        engine.make_rows(rows, output_buffers(2))


@pytest.mark.parametrize("bad", [[0, 3, 2], [0, 2, 5], [0, 2**64 - 1, 4], [2**64 - 2, 0, 1]])
@pytest.mark.parametrize("name", ["verifiers", "salts", "passwords"])
def test_bad_offsets_of_what_was_made_are_the_engines_fault(
    engine: Engine, name: str, bad: list[int]
) -> None:
    made = engine.make_rows(GIVEN, output_buffers(2))
    wrong = made._replace(**{name: Column(b"salt", array("Q", bad))})
    with pytest.raises(EngineFaultError, match=f"{name}: .* backwards or past the end"):
        engine.batch_check_rows(engine.new_batch_check(), GIVEN, wrong)


@pytest.mark.parametrize("name", ["names", "passwords", "salts"])
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_columns_of_another_number_of_rows(engine: Engine, name: str, rows: int) -> None:
    given = GIVEN._replace(**{name: Column.of([b"x"] * rows)})
    with pytest.raises(ValueError, match=f"{name}: 2 rows expected, has {rows}"):
        engine.make_rows(given, output_buffers(2))


def test_elements_of_another_number_of_rows(engine: Engine) -> None:
    elements = verifier(b"a", b"a")
    with pytest.raises(ValueError, match="salts: 1 rows expected, has 2"):
        engine.batch_check_verifiers(engine.new_batch_check(), elements, NAMES, NAMES)
    with pytest.raises(ValueError, match="elements: must be a multiple of 384 bytes"):
        engine.batch_check_verifiers(engine.new_batch_check(), elements[1:], NAMES, NAMES)


def test_too_little_room(engine: Engine) -> None:
    with pytest.raises(ValueError, match="room: 1032 bytes needed, has 1031"):
        engine.make_rows(GIVEN, output_buffers(2, less=1))


def test_room_that_cannot_be_written_to(engine: Engine) -> None:
    read_only = OutputBuffers(*(memoryview(bytes(room)) for room in output_buffers(2)))
    with pytest.raises(ValueError, match="room: must be memory that can be written to"):
        engine.make_rows(GIVEN, read_only)


def test_room_of_another_format(engine: Engine) -> None:
    words = OutputBuffers(*(room.cast("Q") for room in output_buffers(2)))
    made = engine.make_rows(GIVEN, words)
    sums = engine.new_batch_check()
    engine.batch_check_rows(sums, GIVEN, made)
    assert engine.batch_check_holds(sums)


def test_salts_of_a_length_that_rows_do_not_have(engine: Engine) -> None:
    for salt, error, words in (
        (b"", ValueError, "salts: each must have 1 to 64 bytes"),
        (b"x" * 65, ValueError, "salts: each must have 1 to 64 bytes"),
        (b"\0\0", ZeroSaltError, "salts: row 1"),
    ):
        with pytest.raises(error, match=words):
            engine.make_rows(GIVEN._replace(salts=Column.of([b"a", salt])), output_buffers(2))


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + b"\0", lambda _: bytearray()])
def test_sums_of_another_size(engine: Engine, change: object) -> None:
    wrong, sums = change(engine.new_batch_check()), engine.new_batch_check()  # type: ignore[operator]
    made = engine.make_rows(GIVEN, output_buffers(2))
    for call in (
        lambda: engine.batch_check_rows(wrong, GIVEN, made),
        lambda: engine.batch_check_verifiers(wrong, b"", Column.of([]), Column.of([])),
        lambda: engine.join_batch_checks(sums, wrong),
        lambda: engine.join_batch_checks(wrong, sums),
        lambda: engine.batch_check_holds(wrong),
    ):
        with pytest.raises(ValueError, match="sums: must be "):
            call()


@pytest.mark.parametrize("code", ["B", "I", "q", "Q"])
def test_offsets_of_every_format_mean_their_numbers(engine: Engine, code: str) -> None:
    salts, identities = array(code, [1, 5]), array(code, [0, 8])
    for wrap in (lambda a: a, memoryview):
        found = engine.verifiers(b".salt", wrap(salts), b"identity", wrap(identities))
        assert found == verifier(b"salt", b"identity")


def test_bytes_of_offsets_are_eight_a_row(engine: Engine) -> None:
    words = array("Q", [0, 2, 4, 9])
    for offsets in (memoryview(words), memoryview(words).cast("B")):
        assert engine.first_invalid_row(offsets, 9, 0, 9) == 3
        assert engine.first_invalid_row(offsets, 8, 0, 9) == 2
    moved = memoryview(words).cast("B")
    engine.shift(moved, 3)
    assert list(words) == [3, 5, 7, 12]


CHANGING = """
import threading, time
from array import array
import srp_native
from srp_native import Column
from srp_native._columns import OutputBuffers, Rows
from srp_native.engines._registry import load_engine
engine, count = load_engine("c", {kernel!r}), 300
sound = array("Q", range(0, 8 * count + 1, 8))
offsets, going = array("Q", sound), True
def change():
    i = 0
    while going:
        i = i % count + 1
        offsets[i] = 1 << 44 if i % 2 else (1 << 64) - 8
        offsets[i] = sound[i]
threading.Thread(target=change).start()
changing, still = Column(bytearray(8 * count), offsets), Column(bytearray(8 * count), sound)
from srp_native._sizes import PASSWORD_SIZE, SALT_TEXT_MAX, VERIFIER_TEXT_MAX
sizes = (VERIFIER_TEXT_MAX, SALT_TEXT_MAX, PASSWORD_SIZE)
room = lambda: OutputBuffers(*(memoryview(bytearray(size * count)) for size in sizes))
made = engine.make_rows(Rows(still, still, still, None), room())
elements, ends = bytes(384 * count), time.monotonic() + 1.5
calls = [
    lambda: engine.make_rows(Rows(changing, changing, changing, None), room()),
    lambda: engine.batch_check_rows(
        engine.new_batch_check(),
        Rows(changing, changing, None, None),
        made._replace(passwords=changing),
    ),
    lambda: engine.verifiers(changing.data, changing.offsets, changing.data, changing.offsets),
    lambda: engine.batch_check_verifiers(engine.new_batch_check(), elements, changing, changing),
]
try:
    while time.monotonic() < ends:
        for call in calls:
            try:
                call()
            except (ValueError, srp_native.EngineFaultError):
                pass
finally:
    going = False
print("alive")
"""


def test_offsets_that_change_under_a_running_call(engine: Engine) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHANGING.format(kernel=engine.kernel)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr
