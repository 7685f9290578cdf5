"""Runs in an environment with Spark: python on_spark.py INPUT OUTPUT, both Arrow files.

Derives the rows on two processors of this machine and prints seconds as JSON: of Spark's start, of
the rows through a function that does nothing, and through `derive_batches`. The first of them are
then confirmed by `enroll_batches`, in the workers.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

# Workers run on the interpreter of the driver, so they find what it finds.
os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}

import pyarrow as pa
from pyspark.sql import SparkSession
from support.cluster_enrolling import check, confirming, finish, with_tokens
from support.lean_cognito import LeanCognito

from cognito_srp.distributed import derive_batches


def unchanged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return batches


def session() -> Any:
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    builder = SparkSession.builder.master("local[2]").appName("derive")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def timed(rows: Any, function: Any, schema: str) -> tuple[float, pa.Table]:
    begin = time.perf_counter()
    table = rows.mapInArrow(function, schema).toArrow()
    return time.perf_counter() - begin, table


def main(source: str, target: str) -> None:
    table = pa.ipc.open_file(source).read_all()
    begin = time.perf_counter()
    spark = session()
    try:
        spark.sparkContext.setLogLevel("ERROR")
        rows = spark.createDataFrame(table).repartitionByRange(4, "number").cache()
        rows.count()
        given = "number long, device_key string, device_group_key string, device_password string"
        seconds = {"start": time.perf_counter() - begin}
        timed(rows, unchanged, f"{given}, salt binary")  # starts the workers
        seconds["unchanged"], _ = timed(rows, unchanged, f"{given}, salt binary")
        made_schema = f"{given}, salt string, password_verifier string"
        seconds["derive"], made = timed(rows, derive_batches, made_schema)
        with LeanCognito() as server:
            halves = spark.createDataFrame(with_tokens(made)).repartition(2).cache()
            halves.count()
            ends = f"{made_schema}, outcome string, error_code string"
            seconds["enroll"], done = timed(halves, confirming(server.endpoint_url), ends)
            check(server, made, done)
    finally:
        spark.stop()
    finish(target, made, seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
