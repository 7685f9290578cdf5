"""Texts that a batch must not return: each is noticed by the engine's own check, on every kernel.

Most of them stand for the right number or for one that is the same modulo N: the products that a
sums compares cannot tell those, the form of the text has to.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from support.row_buffers import output_buffers

from srp_native import Column, MadeRows, N
from srp_native._columns import Rows
from srp_native._errors import EngineFaultError
from srp_native._rows import _recompute
from srp_native.engines._engine import Engine
from srp_native.engines._registry import load_engine

ROWS = 8
GIVEN = Rows(
    Column.of([b"-AbC"] * ROWS), Column.of(b"eu-west-1_%d" % i for i in range(ROWS)), None, None
)

Forge = Callable[[bytes], "bytes | None"]


def encoded(value: int, size: int = 0) -> bytes:
    return base64.b64encode(value.to_bytes(size or value.bit_length() // 8 + 1, "big"))


def with_leading_byte(byte: int) -> Forge:
    """Where a number has a byte of 00 in front of its 384."""

    def forge(text: bytes) -> bytes | None:
        number = base64.b64decode(text)
        return base64.b64encode(bytes([byte]) + number[1:]) if number[0] == 0 else None

    return forge


def plus(times: int) -> Forge:
    return lambda text: encoded(int.from_bytes(base64.b64decode(text), "big") + times * N)


def with_bits_after_the_last(bits: int) -> Forge:
    """The same bytes, by another last character."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    def forge(text: bytes) -> bytes | None:
        if not text.endswith(b"="):
            return None
        body = text.rstrip(b"=")
        last = alphabet[alphabet.index(body[-1]) | bits]
        return body[:-1] + bytes([last]) + text[len(body) :]

    return forge


def negative(text: bytes) -> bytes:
    number = base64.b64decode(text)
    return base64.b64encode(
        (-int.from_bytes(number, "big")).to_bytes(len(number), "big", signed=True)
    )


FORGED: dict[str, Forge] = {
    "leading byte 01": with_leading_byte(1),
    "leading byte 40": with_leading_byte(0x40),
    "leading byte 7f": with_leading_byte(0x7F),
    "leading byte 80": with_leading_byte(0x80),
    "plus N": plus(1),
    "plus 2 N": plus(2),
    "plus 100 N": plus(100),
    "plus 2^64 N": plus(1 << 64),
    "negative": negative,
    "unsigned": lambda text: base64.b64encode(base64.b64decode(text).lstrip(b"\0")),
    "a zero more": lambda text: base64.b64encode(b"\0" + base64.b64decode(text)),
    "two zeros more": lambda text: base64.b64encode(b"\0\0" + base64.b64decode(text)),
    "a byte more": lambda text: base64.b64encode(base64.b64decode(text) + b"\0"),
    "a byte less": lambda text: base64.b64encode(base64.b64decode(text)[:-1]),
    "a character less": lambda text: text[:-1],
    "four characters less": lambda text: text[:-4],
    "four characters more": lambda text: text + b"AAAA",
    "empty": lambda _: b"",
    "padding only": lambda _: b"====",
    "without padding": lambda text: text.rstrip(b"=") if text.endswith(b"=") else None,
    "padding more": lambda text: text + b"=",
    "four of padding more": lambda text: text + b"====",
    "bit 0 after the last": with_bits_after_the_last(1),
    "bit 1 after the last": with_bits_after_the_last(2),
    "URL alphabet": lambda text: text.translate(bytes.maketrans(b"+/", b"-_")),
    "IMAP alphabet": lambda text: text.replace(b"/", b","),
    "newline behind": lambda text: text + b"\n",
    "newline within": lambda text: text[:76] + b"\n" + text[76:],
    "newline and three spaces": lambda text: text[:8] + b"\n   " + text[8:],
    "space before": lambda text: b" " + text,
    "four spaces behind": lambda text: text + b"    ",
    "space for a character": lambda text: text[:7] + b" " + text[8:],
    "null behind": lambda text: text + b"\0",
    "high bit": lambda text: bytes([text[0] | 0x80]) + text[1:],
    "twice": lambda text: text + text,
    "lower case": bytes.lower,
    "hexadecimal": lambda text: base64.b64decode(text).hex().encode(),
    "zero": lambda _: b"AA==",
    "N": lambda _: encoded(N),
    "N - 1": lambda _: encoded(N - 1),
    "all ones": lambda _: encoded(2**3072 - 1),
    "all ones of 385 bytes": lambda _: encoded(2**3079 - 1),
}


def replaced(column: Column, row: int, text: bytes) -> Column:
    return Column.of(text if i == row else each for i, each in enumerate(column))


def is_noticed(engine: Engine, made: MadeRows) -> bool:
    sums = engine.new_batch_check()
    try:
        engine.batch_check_rows(sums, GIVEN, made)
    except EngineFaultError:
        return True
    return not engine.batch_check_holds(sums)


@pytest.fixture
def made(engine: str) -> MadeRows:
    """A sound batch, with verifiers that begin with 00 and others that do not."""
    while True:
        made = load_engine(engine).make_rows(GIVEN, output_buffers(ROWS))
        sizes = {len(base64.b64decode(text)) for text in made.verifiers}
        if {384, 385} <= sizes:
            return made


@pytest.mark.parametrize("shape", FORGED)
def test_no_other_text_of_a_verifier_is_accepted(engine: str, made: MadeRows, shape: str) -> None:
    runs = load_engine(engine)
    tried = 0
    assert not is_noticed(runs, made)
    for row in range(ROWS) if runs.name == "c" else (0, 7):
        text = FORGED[shape](made.verifiers[row])
        if text is None or text == made.verifiers[row]:
            continue
        tried += 1
        wrong = made._replace(verifiers=replaced(made.verifiers, row, text))
        assert is_noticed(runs, wrong), f"row {row}: {text!r}"
    assert tried or runs.name != "c"


@pytest.mark.parametrize("shape", FORGED)
def test_no_other_text_of_a_salt_is_accepted(engine: str, made: MadeRows, shape: str) -> None:
    runs = load_engine(engine)
    for row in range(ROWS) if runs.name == "c" else (0, 7):
        text = FORGED[shape](made.salts[row])
        if text is not None and text != made.salts[row]:
            wrong = made._replace(salts=replaced(made.salts, row, text))
            assert is_noticed(runs, wrong), f"row {row}: {text!r}"


class _Agreeing:
    """A check whose other engine has nothing to say."""

    def recompute(self, salt: bytes, identity: bytes, v: bytes) -> None:
        pass


@pytest.mark.parametrize("shape", FORGED)
def test_the_sample_refuses_them_before_it_computes(
    engine: str, made: MadeRows, shape: str
) -> None:
    """All but those that are the one text of another number, which computing tells."""
    for row in range(ROWS):
        text = FORGED[shape](made.verifiers[row])
        if text is None or shape in {"zero", "N - 1", "a byte less", "four characters less"}:
            continue
        if text != made.verifiers[row] and not is_a_number(text):
            wrong = made._replace(verifiers=replaced(made.verifiers, row, text))
            with pytest.raises(EngineFaultError):
                _recompute(_Agreeing(), GIVEN, wrong, row)  # type: ignore[arg-type]


def is_a_number(text: bytes) -> bool:
    """By Python's integers: whether a text is the one of a number below N."""
    try:
        value = int.from_bytes(base64.b64decode(text), "big")
    except ValueError:
        return False
    return value < N and encoded(value) == text


@pytest.mark.parametrize("value", [N, N + 1, 2**3072 - 1])
def test_an_element_of_n_or_more_is_a_fault(engine: str, value: int) -> None:
    runs = load_engine(engine)
    column = Column.of([b"a"])
    elements = value.to_bytes(384, "big")
    with pytest.raises(EngineFaultError):
        runs.batch_check_verifiers(runs.new_batch_check(), elements, column, column)


def test_the_largest_element_is_counted(engine: str) -> None:
    runs, column = load_engine(engine), Column.of([b"a"])
    sums = runs.new_batch_check()
    runs.batch_check_verifiers(sums, (N - 1).to_bytes(384, "big"), column, column)
    assert not runs.batch_check_holds(sums)


@pytest.mark.parametrize("name", MadeRows._fields)
@pytest.mark.parametrize("rows", [0, ROWS - 1, ROWS + 1, 5 * ROWS])
def test_more_or_fewer_rows_than_were_given_are_a_fault(
    engine: str, made: MadeRows, name: str, rows: int
) -> None:
    runs = load_engine(engine)
    texts = list(getattr(made, name)) * 5
    wrong = made._replace(**{name: Column.of(texts[:rows])})
    with pytest.raises(EngineFaultError):
        runs.batch_check_rows(runs.new_batch_check(), GIVEN, wrong)
