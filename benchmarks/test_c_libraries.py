"""What C libraries take for the powers of a verifier and of a login, where they are installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.c_libraries import LIBRARIES, NotInstalledError, Timed, build, run
from benchmarks.test_peers import GROUP, LOGIN, LOGIN_BASE, LOGIN_EXPONENT
from cognito_srp.cli.peers import EXPONENT
from srp_native import G, N

POWERS = {GROUP: (G, EXPONENT), LOGIN: (LOGIN_BASE, LOGIN_EXPONENT)}
ROUNDS = 200


@pytest.mark.parametrize("group", POWERS)
@pytest.mark.parametrize("name", LIBRARIES)
def test_c_library(benchmark: Any, tmp_path: Path, name: str, group: str) -> None:
    try:
        program = build(LIBRARIES[name], tmp_path)
    except NotInstalledError as error:
        pytest.skip(str(error))
    runs: list[Timed] = []
    benchmark.group = group
    benchmark.pedantic(lambda: runs.append(run(program, *POWERS[group], N, ROUNDS)), rounds=2)
    assert all(timed.power == pow(*POWERS[group], N) for timed in runs)
    benchmark.extra_info.update(
        name=name,
        all_seconds=[seconds for timed in runs for seconds in timed.seconds],
        version=runs[0].version,
    )
