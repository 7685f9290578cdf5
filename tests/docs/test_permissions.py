"""docs/operations/permissions.md: every operation that the code can call, signed or not."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import botocore.session
from support import TESTS
from support.pages import blocks
from support.source_tree import modules

ROOT = TESTS.parent
PAGE = ROOT / "docs" / "operations" / "permissions.md"
TEXT = PAGE.read_text()
MODEL = botocore.session.get_session().get_service_model("cognito-idp")
#: Named because their Admin form is made of the name: f"Admin{operation}".
ADMIN_FORMS = {"InitiateAuth", "RespondToAuthChallenge"} | {
    "GetDevice", "ListDevices", "ForgetDevice", "UpdateDeviceStatus",
}  # fmt: skip


def strings(package_part: str) -> set[str]:
    """Every string of the code but for the local Cognito's, which calls nothing."""
    return {
        node.value
        for path in modules("cognito_srp")
        if package_part in str(path) and "/local/" not in str(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def called() -> set[str]:
    named = strings("") & set(MODEL.operation_names)
    return named | {f"Admin{name}" for name in ADMIN_FORMS}


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def policy(name: str) -> set[str]:
    [text] = [block.text for block in blocks(PAGE) if block.said("policy") == name]
    document: dict[str, Any] = json.loads(text)
    assert document["Version"] == "2012-10-17"
    assert all(each["Effect"] == "Allow" for each in document["Statement"])
    assert all(each["Resource"] != "*" for each in document["Statement"])
    return {action for each in document["Statement"] for action in each["Action"]}


def test_the_admin_forms_are_made_where_the_test_thinks() -> None:
    made = [path.name for path in modules("cognito_srp") if 'f"Admin{' in path.read_text()]
    assert sorted(made) == ["management.py", "request.py"]


def test_every_operation_is_where_the_model_has_it() -> None:
    unsigned = {name for name in called() if MODEL.operation_model(name).auth_type == "none"}
    signed = called() - unsigned
    assert {"ConfirmDevice", "InitiateAuth"} < unsigned
    words = re.compile(r"\b[A-Z][A-Za-z]+\b")
    for title, expected in (("Calls without IAM", unsigned), ("Calls with IAM", signed)):
        rows = [line for line in section(title).splitlines() if line.startswith("| ")]
        names = {word for row in rows for word in words.findall(row.split("|")[1])}
        assert names == expected, title
    assert policy("Cognito") == {f"cognito-idp:{name}" for name in signed}


def test_every_command_is_told() -> None:
    from cognito_srp.cli.program import COMMANDS

    told = set(re.findall(r"`([a-z-]+)(?: [a-z]+)?`", section("By command")))
    assert set(COMMANDS) <= told
    actions = set(re.findall(r"`cognito-idp:(\w+)`", section("By command")))
    assert actions < {name for name in called() if name.startswith("Admin")}


def test_what_else_is_called_is_granted_and_is_what_the_template_grants() -> None:
    calls = {"generate_data_key": "kms:GenerateDataKey", "decrypt": "kms:Decrypt"}
    calls |= {f"{verb}_item": f"dynamodb:{verb.title()}Item" for verb in ("get", "put", "update")}
    code = "".join(
        path.read_text() for path in modules("cognito_srp") if "/local/" not in str(path)
    )
    used = {action for call, action in calls.items() if re.search(rf"(client|kms)\.{call}\(", code)}
    assert policy("KMS") | policy("DynamoDB") == used == set(calls.values())
    other = set(re.findall(r"(?:client|kms|dynamodb)\.(\w+_item|batch_\w+|query|scan)\(", code))
    assert other == {"get_item", "put_item", "update_item"}
    template = (ROOT / "examples" / "sqs_lambda" / "template.yaml").read_text()
    assert set(re.findall(r"(?:kms|dynamodb):(?!EncryptionC)[A-Z]\w+", template)) == used
    assert "kms:EncryptionContext:purpose: cognito_srp sealing" in template
