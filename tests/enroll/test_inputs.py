"""Inputs: the same devices from every format, and faults with the line they are on."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cognito_srp import InvalidInputError
from cognito_srp.enroll import Credentials, RefreshToken
from cognito_srp.enroll.bulk.inputs import FIELDS, Input, RejectedRow, Row
from cognito_srp.enroll.bulk.screening import Screening

ROWS: list[dict[str, Any]] = [
    {"device_key": "r_1", "device_group_key": "-g", "access_token": "t.1"},
    {"device_key": "r_2", "device_group_key": "-g", "access_token": "t", "device_name": 'Änn, "x"'},
    {"device_key": "r_3", "device_group_key": "-g", "access_token": "t", "remember": False},
    {"device_key": "r_4", "device_group_key": "-g", "refresh_token": "r", "client_id": "c"},
    {"username": "u", "password": "p", "client_id": "c", "pool_id": "q", "client_secret": "s"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Input:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".parquet":
        pa = pytest.importorskip("pyarrow")
        pq = pytest.importorskip("pyarrow.parquet")
        pq.write_table(pa.Table.from_pylist([dict.fromkeys(FIELDS) | row for row in rows]), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Input(str(path))


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".csv", ".parquet"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    source = write(tmp_path / f"devices{suffix}", ROWS)
    found = list(source)
    assert all(isinstance(row, Row) for row in found), found
    requests = [row.request for row in found if isinstance(row, Row)]
    first = 2 if suffix == ".csv" else 1
    assert [row.position for row in found] == list(range(first, first + 5))
    assert [request.reference for request in requests] == [row.position for row in found]
    assert [request.device_key for request in requests] == ["r_1", "r_2", "r_3", "r_4", None]
    assert (requests[1].device_name, requests[2].remember) == ('Änn, "x"', False)
    assert requests[3].access == RefreshToken(client_id="c", refresh_token="r")
    assert requests[4].access == Credentials(
        pool_id="q", client_id="c", username="u", password="p", client_secret="s"
    )
    assert list(source) == found  # it can be read again


def test_defaults(tmp_path: Path) -> None:
    path = tmp_path / "devices.jsonl"
    write(path, [{"username": "u", "password": "p"}])
    [row] = Input(str(path), client_id="c", pool_id="q")
    assert isinstance(row, Row)
    assert isinstance(row.request.access, Credentials)
    assert (row.request.access.client_id, row.request.access.pool_id) == ("c", "q")


def faults(path: Path, content: bytes) -> dict[int, str]:
    path.write_bytes(content)
    return {
        found.position: found.reason for found in Input(str(path)) if isinstance(found, RejectedRow)
    }


GOOD = b'{"device_key": "r_1", "device_group_key": "-g", "access_token": "t"}\n'


def test_lines_that_are_no_devices(tmp_path: Path) -> None:
    long = b'{"device_name": "' + b"x" * 2_500_000 + b'"}\n'
    deep = b"[" * 200_000 + b"\n"
    content = b"\xef\xbb\xbf" + GOOD + b"\xff\xfe\n" + long + GOOD + b"\n" + deep + b'{"a": 1'
    found = faults(tmp_path / "d.jsonl", content)
    assert sorted(found) == [2, 3, 6, 7]
    assert found[3] == "is longer than 1,048,576 bytes; one device a line"
    assert {found[line] for line in (2, 6, 7)} == {"is not JSON; write one JSON object a line"}


def test_cells_that_are_no_devices(tmp_path: Path) -> None:
    content = (
        b"\xef\xbb\xbfdevice_key,device_group_key,access_token\r\n"
        b'r_1,-g,t\r\nr_2,-g\r\n\r\nr_3,-g,t,u\r\nr_4,\xff,t\r\nr_5,-g,"t"x\r\nr_6,-g,t\r\n'
    )
    found = faults(tmp_path / "d.csv", content)
    assert sorted(found) == [3, 5, 6, 7]
    assert found[3] == "has 2 cells where the header has 3"
    assert found[6].startswith("device_group_key: must be text that UTF-8 can encode")
    assert found[7] == "is not CSV; check its quotes, and write one device a line"


@pytest.mark.parametrize("open_row", [b'r_0,"-g,t', b'"r_0,-g,t', b'r_0,-g,"t', b'"', b',,"'])
@pytest.mark.parametrize("closed_later", [b"", b'r_9,-g,x"\n', b'","\n'])
def test_a_quote_that_is_not_closed_takes_no_other_row_with_it(
    tmp_path: Path, open_row: bytes, closed_later: bytes
) -> None:
    rows = [b"r_%d,-g,t\n" % number for number in range(1, 40)]
    header = b"device_key,device_group_key,access_token\n"
    content = header + rows[0] + open_row + b"\n" + b"".join(rows[1:]) + closed_later
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    found = {row.position: row for row in Input(str(path))}
    assert list(found) == list(range(2, 2 + content.count(b"\n") - 1))
    wrong = {position for position, row in found.items() if isinstance(row, RejectedRow)}
    assert wrong == ({3, 42} if closed_later else {3})


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"", "is missing"),
        (b"device_key,device_key\n", "one twice"),
        (b"id\n", "has 'id'"),
        ("device_key,device_group_key\n".encode("utf-16"), "UTF-16; save it as CSV in UTF-8"),
        ("device_key\n".encode("utf-16-be"), "UTF-16; save it as CSV in UTF-8"),
    ],
)
def test_headers(tmp_path: Path, header: bytes, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        faults(tmp_path / "d.csv", header)


def test_no_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(InvalidInputError, match="is not a Parquet file"):
        faults(tmp_path / "d.parquet", GOOD)


def test_a_fingerprint_is_of_the_devices(tmp_path: Path) -> None:
    def fingerprint(rows: list[dict[str, Any]]) -> str:
        source = write(tmp_path / "d.jsonl", rows)
        found = Screening()
        assert not list(found.read(source, None, rate=25.0))
        return found.fingerprint

    first = fingerprint(ROWS)
    assert fingerprint([ROWS[0] | {"access_token": "other"}, *ROWS[1:]]) == first
    assert fingerprint(ROWS[:4]) != first
    assert fingerprint([ROWS[1], ROWS[0], *ROWS[2:]]) != first
