"""The enroller for tasks: over boto3 in threads, and over aiobotocore on the loop."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import time
from pathlib import Path

import pytest
from support import PROGRAMS, TESTS
from support.enrollment_requests import QUICK, device_key, request
from support.lean_cognito import LeanCognito, LeanFaults

from cognito_srp import DeviceKeyExistsError, EnrollerClosedError, InvalidInputError
from cognito_srp.enroll.aio import Enroller


def test_many_tasks(lean_cognito: LeanCognito) -> None:
    lean_cognito.use_faults(LeanFaults(throttle=0.1, lose_after=0.1))

    async def main() -> None:
        async with Enroller(
            lean_cognito.client(), rate=math.inf, retry=QUICK, limit=50
        ) as enroller:
            results = await asyncio.gather(
                *(enroller.enroll(request(number, reference=number)) for number in range(300))
            )
            assert [result.reference for result in results] == list(range(300))
            with pytest.raises(DeviceKeyExistsError):
                await enroller.enroll(request(1))
            assert enroller.stats().confirmed == 300

    asyncio.run(main())
    assert len(lean_cognito.confirmed()) == 300


def test_the_loop_is_never_held_up(lean_cognito: LeanCognito) -> None:
    """Meanwhile, a task that only sleeps wakes in time."""
    lean_cognito.use_faults(LeanFaults(delay=0.1))
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.monotonic() + 0.01
            await asyncio.sleep(0.01)
            late.append(time.monotonic() - due)

    async def main() -> None:
        watcher = asyncio.create_task(watch())
        async with Enroller(lean_cognito.client(), rate=200, limit=10) as enroller:
            await asyncio.gather(*(enroller.enroll(request(number)) for number in range(100)))
        watcher.cancel()

    asyncio.run(main())
    # A call takes 0.1 s, and so would waiting for room: neither is ever waited for on the loop.
    assert sorted(late)[len(late) // 2] < 0.05
    assert len(late) > 20


def test_waiting_for_room_and_cancelling(lean_cognito: LeanCognito) -> None:
    lean_cognito.use_faults(LeanFaults(delay=0.3))

    async def main() -> None:
        async with Enroller(lean_cognito.client(), rate=math.inf, limit=3) as enroller:
            tasks = [asyncio.create_task(enroller.enroll(request(number))) for number in range(5)]
            await asyncio.sleep(0.15)
            assert enroller.stats().submitted == 3
            tasks[0].cancel()  # on its way already: it has its effect, and keeps its room
            tasks[4].cancel()  # still waits for room
            await asyncio.gather(*tasks, return_exceptions=True)
            assert [task.cancelled() for task in tasks] == [True, False, False, False, True]

    asyncio.run(main())
    assert lean_cognito.confirmed().keys() == {device_key(number) for number in range(4)}


def test_closing(lean_cognito: LeanCognito) -> None:
    async def main() -> None:
        enroller = Enroller(lean_cognito.client(), rate=1)
        tasks = [asyncio.create_task(enroller.enroll(request(number))) for number in range(10)]
        await asyncio.sleep(0.1)
        await enroller.close(drain=False)
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, asyncio.CancelledError) for result in done) >= 8
        with pytest.raises(EnrollerClosedError):
            await enroller.enroll(request(99))

    asyncio.run(main())


def test_a_limit_that_is_none(lean_cognito: LeanCognito) -> None:
    async def main() -> None:
        with pytest.raises(InvalidInputError, match="limit: must be at least 1"):
            Enroller(lean_cognito.client(), limit=0)

    asyncio.run(main())


def test_over_aiobotocore(lean_cognito: LeanCognito, aiobotocore: Path) -> None:
    lean_cognito.use_faults(LeanFaults(throttle=0.1, lose_after=0.1))
    paths = os.pathsep.join(map(str, (TESTS.parent / "python", TESTS.parent, TESTS)))
    done = subprocess.run(
        [aiobotocore, PROGRAMS / "enroll_over_aiobotocore.py", lean_cognito.endpoint_url],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(lean_cognito.confirmed()) == 100
