"""The batches that are measured: rows of devices, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cognito_srp import NewDevice, create_device_verifier_columns, create_device_verifiers
from srp_native import Column, pow_g_many, verifiers
from srp_native._batch import cores
from srp_native.engines._registry import current_engine

__all__ = ["CORES", "Batch"]

CORES = cores()
_KEY = "eu-west-1_0c1e5a3c-0000-4000-8000-%012d"
_GROUP_KEY = "-AbCdEf12"
# What a chunk of a batch has (srp_native/batch.py).
_CHUNK_ROWS = 512


class Batch:
    """Device rows, ready in every form that a call takes them in."""

    def __init__(self, rows: int) -> None:
        keys = [_KEY % i for i in range(rows)]
        self.rows = rows
        self.devices = [NewDevice(device_key=k, device_group_key=_GROUP_KEY) for k in keys]
        self.columns = {
            "device_group_keys": Column.of([_GROUP_KEY.encode()] * rows),
            "device_keys": Column.of([key.encode() for key in keys]),
        }
        self.exponents = [bytes([0x80 | i % 128]) + bytes(range(31)) for i in range(rows)]
        self._joined = b"".join(self.exponents)

    def kernel(self) -> None:
        """The arithmetic alone, on one thread, in the chunks that batches are cut into."""
        engine, size = current_engine(), 32 * _CHUNK_ROWS
        for start in range(0, len(self._joined), size):
            engine.pow_g_many(self._joined[start : start + size], 32)

    def powers(self, threads: int) -> Callable[[], object]:
        return partial(pow_g_many, self.exponents, threads=threads)

    def in_bytes(self, threads: int) -> Callable[[], object]:
        salts = [b"a salt of 128 bi"] * self.rows
        identities = [device.device_key.encode() for device in self.devices]
        return partial(verifiers, salts, identities, threads=threads)

    def in_columns(self, threads: int) -> Callable[[], object]:
        return partial(create_device_verifier_columns, **self.columns, threads=threads)

    def in_objects(self, threads: int) -> Callable[[], object]:
        return partial(create_device_verifiers, self.devices, threads)
