"""The README's examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cognito_srp.local import LocalCognito

ROOT = Path(__file__).parent.parent
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    exec(EXAMPLES[0], {})
    shown = capsys.readouterr().out
    assert "RememberedDevice(device_key='us-east-1_" in shown
    assert "Tokens(" in shown


def test_with_the_result_of_a_sign_in(local_cognito: LocalCognito) -> None:
    pool, client = local_cognito.create_pool(remember_devices="opt-in"), local_cognito.client()
    pool.create_user("ann", "Correct-horse-1")
    result: Any = client.initiate_auth(
        ClientId=pool.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": "Correct-horse-1"},
    )["AuthenticationResult"]
    names: dict[str, Any] = {"client": client, "result": result}
    exec(EXAMPLES[1], names)
    assert names["confirmed"].remembered


def test_every_document_it_names_exists() -> None:
    links = re.findall(r"\]\(((?!https?:)[^)]+)\)", (ROOT / "README.md").read_text())
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
