"""Runs in an environment with Ray: python on_ray.py INPUT OUTPUT, both Arrow files.

Derives the rows on a local cluster of two processors and prints seconds as JSON: of the cluster's
start, of the rows through a function that does nothing, and through `derive_batches`. The first of
them are then confirmed by `enroll_batches`, in the workers.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}

import pyarrow as pa
import ray
from support.cluster_enrolling import ROWS, check, confirming, finish, with_tokens
from support.lean_cognito import LeanCognito

from cognito_srp.distributed import derive_batches


def unchanged(table: pa.Table) -> pa.Table:
    return table


def timed(rows: Any, function: Any) -> tuple[float, pa.Table]:
    begin = time.perf_counter()
    made = rows.map_batches(function, batch_format="pyarrow", batch_size=10_000)
    tables = [ray.get(reference) for reference in made.to_arrow_refs()]
    return time.perf_counter() - begin, pa.concat_tables(tables).combine_chunks()


def main(source: str, target: str) -> None:
    table = pa.ipc.open_file(source).read_all()
    begin = time.perf_counter()
    ray.init(
        num_cpus=2,
        object_store_memory=1 << 29,
        include_dashboard=False,
        logging_level="ERROR",
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
    )
    try:
        size = -(-table.num_rows // 10)
        parts = [table.slice(first, size) for first in range(0, table.num_rows, size)]
        rows = ray.data.from_arrow(parts).materialize()
        seconds = {"start": time.perf_counter() - begin}
        timed(rows, unchanged)  # starts the workers
        seconds["unchanged"], _ = timed(rows, unchanged)
        seconds["derive"], made = timed(rows, derive_batches)
        with LeanCognito() as server:
            given = with_tokens(made)
            halves = ray.data.from_arrow([given.slice(0, ROWS // 2), given.slice(ROWS // 2)])
            seconds["enroll"], done = timed(halves, confirming(server.endpoint_url))
            check(server, made, done)
    finally:
        ray.shutdown()
    finish(target, made, seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
