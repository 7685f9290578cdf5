"""The forms on the wire, against their definitions and the clients that use them."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycognito import aws_srp

from cognito_srp.srp import encoding


@given(st.integers(0, 2**400))
def test_pad_is_the_minimal_twos_complement(value: int) -> None:
    padded = encoding.pad(value)
    assert encoding.unpad(padded) == value
    assert padded[0] < 0x80
    assert len(padded) == 1 or padded[0] != 0 or padded[1] >= 0x80
    assert padded.hex() == aws_srp.pad_hex(value) or value == 0
    assert encoding.pad(b"\0\0" + value.to_bytes(60, "big")) == padded


def test_pad_edges() -> None:
    expected = {0: "00", 1: "01", 0x7F: "7f", 0x80: "0080", 0xFF: "00ff", 0x100: "0100"}
    assert {value: encoding.pad(value).hex() for value in expected} == expected
    assert encoding.pad(b"") == b"\0"
    with pytest.raises(ValueError, match="non-negative"):
        encoding.pad(-1)


def test_unpad_is_signed() -> None:
    assert encoding.unpad(b"\x80") == -128
    assert encoding.unpad(b"\x00\x80") == 128


@given(st.integers(0, 2**3072))
def test_hex_is_an_integer_of_any_length(value: int) -> None:
    text = encoding.to_hex(value)
    assert text == text.lower()
    assert not text.startswith("0") or value == 0
    for form in (text, text.upper(), "0" + text, "00" + text):
        assert encoding.from_hex(form) == value


@pytest.mark.parametrize("text", ["", "0x1", "-1", "1_0", " 1", "g", "1\n", "é", "١"])
def test_what_is_not_hex(text: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        encoding.from_hex(text)


@given(st.binary(max_size=80))
def test_base64(data: bytes) -> None:
    assert encoding.decode_base64(encoding.encode_base64(data)) == data


@pytest.mark.parametrize("text", ["A", "AAA", "AA=A", "AA==AA==", "A A=", "_-A=", "é===", "AAAA\n"])
def test_what_is_not_base64(text: str) -> None:
    with pytest.raises(ValueError, match="base64") as caught:
        encoding.decode_base64(text)
    assert caught.value.__cause__ is None


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 30)))
def test_timestamps_are_those_of_pycognito_and_come_back(naive: datetime) -> None:
    when = naive.replace(microsecond=0, tzinfo=timezone.utc)
    text = encoding.timestamp(when)
    assert text == aws_srp.AWSSRP.get_cognito_formatted_timestamp(when)
    assert encoding.parse_timestamp(text) == when


def test_timestamp_is_utc() -> None:
    east = timezone(timedelta(hours=9))
    assert encoding.timestamp(datetime(2026, 9, 5, 16, 3, 9, tzinfo=east)) == (
        "Sat Sep 5 07:03:09 UTC 2026"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sat Sep 05 07:03:09 UTC 2026",
        "Sun Sep 5 07:03:09 UTC 2026",
        "Sat Sep 5 7:03:09 UTC 2026",
        "Sat Sep 5 24:03:09 UTC 2026",
        "Sat Sep 5 07:03:09 GMT 2026",
        "Sat Sep 5 07:03:09 UTC 26",
        "sat Sep 5 07:03:09 UTC 2026",
        "Sa. Sep 5 07:03:09 UTC 2026",
        "Thu Feb 30 07:03:09 UTC 2026",
        "Sat Sep 5 07:03:09 UTC 2026 ",
        "Sat Sep ٥ 07:03:09 UTC 2026",
    ],
)
def test_timestamps_that_aws_refuses(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - datetime's own words for some
        encoding.parse_timestamp(text)


def test_a_token_has_claims_if_it_has_three_parts_and_an_object_in_the_second() -> None:
    """Refresh tokens have five parts, encrypted: nothing of them is read."""
    claims = base64.urlsafe_b64encode(b'{"username": "ann"}').decode().rstrip("=")
    assert encoding.token_claims(f"e30.{claims}.c2ln") == {"username": "ann"}
    for other in ("", claims, f"e30.{claims}", f"e30.{claims}.iv.text.tag", "e30.W10.c2ln", "..."):
        assert encoding.token_claims(other) == {}
