"""docs/reference/files.md and configuration.md name what is there, and nothing else."""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support import TESTS
from support.pages import blocks
from support.source_tree import modules

from cognito_srp import RememberedDevice, SealingKey, SignIn, begin_sign_in
from cognito_srp.cli import main
from cognito_srp.enroll import Journal
from cognito_srp.enroll.bulk.change_record import ChangeRecord
from cognito_srp.enroll.bulk.outputs import _FIELDS
from cognito_srp.local import LocalCognito

pytest.importorskip("cryptography", reason="the extra [enroll] is not installed")

REFERENCE = TESTS.parent / "docs" / "reference"
FILES = (REFERENCE / "files.md").read_text()
CONFIGURATION = (REFERENCE / "configuration.md").read_text()


def section(title: str) -> str:
    return FILES.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def columns(path: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
            for (name,) in tables
        }


def test_a_device_is_as_the_page_shows_it() -> None:
    [text] = [each.text for each in blocks(REFERENCE / "files.md") if each.said("file")]
    device = RememberedDevice.from_json(text)
    assert json.loads(device.to_json()) == json.loads(text)


def test_a_verifier_has_the_fields_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verifier", "--device-key", "us-east-1_1", "--device-group-key", "-abc"])
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"DeviceKey", "DeviceSecretVerifierConfig", "RememberedDevice"}
    for name in (*printed, *printed["DeviceSecretVerifierConfig"]):
        assert f"`{name}`" in section("Verifier")


def test_the_tables_of_a_journal(tmp_path: Path) -> None:
    Journal.open(tmp_path / "run.journal", key=SealingKey.generate()).close()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section("Journal"), re.MULTILINE)
    assert {name: re.findall(r"`(\w+)`", text) for name, text in rows} == columns(
        tmp_path / "run.journal"
    )


def test_the_tables_of_a_record(tmp_path: Path) -> None:
    with ChangeRecord(str(tmp_path / "record"), action="forget"):
        pass
    told = section("Record of changes").partition("tables")[2]
    names = re.findall(r"`(\w+)` \(((?:`\w+`(?:, )?)+)\)", told)
    assert {name: re.findall(r"`(\w+)`", text) for name, text in names} == columns(
        tmp_path / "record"
    )


def test_the_output_and_the_rejected_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = section("Output").partition("each row of the input: ")[2].partition(". [")[0]
    assert tuple(re.findall(r"`(\w+)`", told)) == _FIELDS
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text('{"device_key": "us-east-1_1"}\n')
    main(["enroll", "in.jsonl", "--dry-run", "--on-error", "collect", "--quiet"])
    capsys.readouterr()
    row = json.loads(Path("in.jsonl.rejected.jsonl").read_text())
    assert set(row) == set(re.findall(r"`([a-z]+)`", section("Rejected rows")))


def test_the_state_of_a_sign_in(local_cognito: LocalCognito) -> None:
    pool = local_cognito.create_pool(mfa="ON")
    pool.create_user("ann", "Correct-horse-1")
    pool.use_authenticator("ann")
    waiting = begin_sign_in(
        local_cognito.client(),
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        username="ann",
        password="Correct-horse-1",
    )
    assert isinstance(waiting, SignIn)
    rows = re.findall(r"^\| (`.*?`) \|", section("State of a sign-in"), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    state = json.loads(waiting.to_json())
    assert told == set(state)
    assert str(state["version"]) in section("State of a sign-in")
    assert list(json.loads(waiting.to_json(seal=SealingKey.generate()))) == ["sealed"]


def test_every_environment_variable_is_told() -> None:
    own = re.compile(r"(COGNITO|SRP_NATIVE)_[A-Z_]+")
    files = [*modules("cognito_srp"), *modules("srp_native"), TESTS.parent / "setup.py"]
    named = {
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if own.fullmatch(node.value)
    }
    told = set(re.findall(r"`([A-Z_]+)(?:=1)?`", CONFIGURATION))
    assert named <= told
    assert {name for name in told if own.fullmatch(name)} <= named


def test_every_extra_is_told() -> None:
    project = (TESTS.parent / "pyproject.toml").read_text()
    table = project.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    told = CONFIGURATION.partition("## The client")[0]
    cells = re.findall(r"^\| (`.*?) \|", told, re.MULTILINE)
    rest = told.rpartition("|\n")[2]
    extras = set(re.findall(r"^(\w+) = \[", table, re.MULTILINE))
    assert extras == set(re.findall(r"`([a-z]+)`", " ".join([*cells, rest])))
