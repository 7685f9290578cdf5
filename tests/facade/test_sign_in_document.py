"""docs/sign-in.md: its examples run one after the other, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import botocore.session

import cognito_srp.signin
from cognito_srp import Cause, sign_in
from cognito_srp.local import LocalCognito, totp
from cognito_srp.transport.causes import EXPLANATIONS

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "sign-in.md").read_text()
SOURCES = Path(cognito_srp.signin.__file__).parent
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


def test_the_examples(local_cognito: LocalCognito, capsys: Any) -> None:
    pool, client = local_cognito.create_pool(mfa="OPTIONAL"), local_cognito.client()
    pool.create_user("ann", "Correct-horse-1")
    pool.create_user("bob", "Correct-horse-2")
    key = pool.use_authenticator("bob")
    ids: dict[str, Any] = {"pool_id": pool.pool_id, "client_id": pool.client_id}
    ann = sign_in(client, **ids, username="ann", password="Correct-horse-1")
    names: dict[str, Any] = {
        "client": client,
        **ids,
        "code": totp(key, local_cognito.clock.time()),
        "device_of_token": ann.enroll_device(),
        "refresh_token": ann.tokens.refresh_token,
    }
    for example in EXAMPLES:
        exec(example, names)
    assert names["session"].tokens.refresh_token == ann.tokens.refresh_token
    assert "Ann's laptop" in capsys.readouterr().out
    assert names["device"].device_password


def test_every_challenge_flow_and_cause_is_named() -> None:
    model = botocore.session.get_session().get_service_model("cognito-idp")
    legacy = {"ADMIN_NO_SRP_AUTH", "REFRESH_TOKEN"}
    for shape in ("ChallengeNameType", "AuthFlowType"):
        for name in set(model.shape_for(shape).metadata["enum"]) - legacy:
            assert re.search(rf"\b{name}\b", DOCUMENT), name
    # What a diagnosis can have as its cause: what the code of sign-in names, and what is certain.
    sources = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    named = set(re.findall(r"Cause\.([A-Z_]+)", sources))
    named |= {row.causes[0].name for row in EXPLANATIONS if row.certain}
    assert {Cause.CLOCK.name, Cause.ROTATION.name} < named
    for name in named:
        assert f"`{name}`" in DOCUMENT, name
