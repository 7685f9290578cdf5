"""Batches that are confirmed: a row out for every row in, whatever becomes of it."""

from __future__ import annotations

from math import inf
from typing import Any

import pyarrow as pa
import pytest
from support.batch_rows import device_key, given_rows
from support.lean_cognito import LeanCognito, LeanFaults
from support.moto_tables import TABLE

from cognito_srp import InvalidInputError, SealingKey
from cognito_srp.distributed import DynamoJournal, derive_batches, enroll_batches, enrolled_schema
from cognito_srp.enroll import Enroller, RetryPolicy

QUICK = RetryPolicy(deadline=0.3, first_delay=0.01, longest_delay=0.05)


def derived(count: int, kind: pa.DataType | None = None) -> pa.Table:
    rows = derive_batches(given_rows(0, count, kind))
    return rows.append_column("access_token", pa.array(["token"] * count, kind))


def fast(server: LeanCognito, **settings: Any) -> Enroller:
    return Enroller(server.client(), rate=inf, per_user_rate=inf, retry=QUICK, **settings)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_a_row_for_every_row(kind: pa.DataType) -> None:
    rows = derived(20, kind)
    tokens = ["no token!" if number == 3 else "token" for number in range(20)]
    keys = [None if number == 4 else device_key(number) for number in range(20)]
    for name, values in (("access_token", tokens), ("device_key", keys)):
        place = rows.schema.names.index(name)
        rows = rows.set_column(place, name, pa.array(values, kind))
    with LeanCognito() as server:
        server.client().confirm_device(AccessToken="token", DeviceKey=device_key(5))
        done = enroll_batches(rows, enroller=lambda: fast(server))
        confirmed = server.confirmed()
    assert done.schema == enrolled_schema(rows.schema)
    assert "access_token" not in done.schema.names
    assert done.drop_columns(["outcome", "error_code"]) == rows.drop_columns(["access_token"])
    ends = dict(zip(done["number"].to_pylist(), done["outcome"].to_pylist(), strict=True))
    others = {3: "refused", 4: "refused", 5: "conflict"}
    assert ends == {number: others.get(number, "confirmed") for number in range(20)}
    codes = done["error_code"].to_pylist()
    assert codes[3:6] == ["InvalidInputError", "InvalidInputError", "DeviceKeyExistsException"]
    for row in done.to_pylist():
        if row["outcome"] == "confirmed":
            sent = confirmed[row["device_key"]]
            assert sent == (row["password_verifier"], row["salt"])


def test_a_task_that_runs_twice(dynamodb: Any) -> None:
    rows, key = derived(10), SealingKey.generate()

    def enroller() -> Enroller:
        return fast(server, journal=DynamoJournal(dynamodb, table=TABLE, key=key))

    with LeanCognito(LeanFaults(lose_after=1.0)) as server:
        lost = enroll_batches(rows, enroller=enroller)
        assert set(lost["outcome"].to_pylist()) <= {"unknown", "confirmed"}
        server.use_faults(LeanFaults())
        done = list(enroll_batches(iter(rows.to_batches()), enroller=enroller))
        assert set(done[0]["outcome"].to_pylist()) == {"confirmed"}
        sends = {(call.device_key, call.verifier) for call in server.calls()}
    assert len(sends) == 10


def test_no_rows_and_missing_columns() -> None:
    empty = derived(0).to_batches() or [pa.RecordBatch.from_pylist([], schema=derived(0).schema)]
    with LeanCognito() as server:
        (batch,) = enroll_batches(empty, enroller=lambda: fast(server))
        assert batch.num_rows == 0
        with pytest.raises(InvalidInputError, match="password_verifier: is missing"):
            enroll_batches(given_rows(0, 1), enroller=lambda: fast(server))
