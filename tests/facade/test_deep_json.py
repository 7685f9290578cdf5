"""JSON that is none, or nested too deeply, is an ordinary refusal wherever it is read."""

from __future__ import annotations

import base64
import io
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from support.people import PASSWORD

from cognito_srp import (
    InvalidInputError,
    RememberedDevice,
    SealingError,
    SealingKey,
    SignIn,
    UnreachableError,
)
from cognito_srp.cli import main
from cognito_srp.distributed import read_message
from cognito_srp.enroll import AccessGrant
from cognito_srp.enroll.bulk.inputs import _parse_json
from cognito_srp.local import LocalCognito
from cognito_srp.srp.encoding import encode_base64, read_json, token_claims
from cognito_srp.transport.calls import call

DEPTHS = (65, 300, 900, 990, 5_000, 100_000)
DEEP = [opening * depth for depth in DEPTHS for opening in ("[", '{"a":')] + [
    opening * depth + "1" + closing * depth
    for depth in DEPTHS
    for opening, closing in (("[", "]"), ('{"a":', "}"))
]
WRONG = ["", "hunter2", "{", "NaN", "[Infinity]", '"\\ud800"', '{"\\udc00": 1}', "1" * 5_000]


@pytest.mark.parametrize("text", DEEP + WRONG, ids=range(len(DEEP + WRONG)))
def test_every_reader_refuses_it(text: str) -> None:
    key = SealingKey.generate()
    readers: list[tuple[Any, type[Exception]]] = [
        (read_json, ValueError),
        (lambda given: read_json(given.encode()), ValueError),
        (SignIn.from_json, InvalidInputError),
        (lambda given: SignIn.from_json(given, seal=key), SealingError),
        (RememberedDevice.from_json, InvalidInputError),
        (read_message, InvalidInputError),
    ]
    for read, kind in readers:
        with pytest.raises(kind) as caught:
            read(text)
        assert caught.value.__context__ is None
        assert not text or text not in repr(caught.value) + repr(caught.value.args)
    payload = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    assert token_claims(f"e30.{payload}.e30") == {}


@pytest.mark.parametrize("digits", [15, 400, 4_000])
def test_a_token_that_ends_after_all_time_has_no_end(digits: int) -> None:
    payload = encode_base64(b'{"exp": ' + b"9" * digits + b"}").rstrip("=")
    grant = AccessGrant(access_token=f"e30.{payload}.e30")
    assert grant.expires_at > time.time()
    assert not grant.expired()


def test_what_is_json_is_read() -> None:
    deepest = "[" * 64 + "]" * 64
    for text in ('{"a": [1, "é", null]}', '"\\ud83d\\ude00"', deepest, " 3 "):
        for given in (text, text.encode(), text.encode("utf-16"), text.encode("utf-8-sig")):
            assert read_json(given) == json.loads(text)
    for wrong in (b'"\xff"', b'"\xed\xa0\x80"', '"\ud800"'):
        with pytest.raises(ValueError, match="not JSON") as caught:
            read_json(wrong)
        assert caught.value.__context__ is None


def test_a_line_of_an_input() -> None:
    for text in DEEP + WRONG:
        assert _parse_json(text.encode()) == "is not JSON; write one JSON object a line"


@pytest.mark.parametrize("text", DEEP + WRONG[:2], ids=range(len(DEEP) + 2))
def test_a_verifier_for_the_command_line(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COGNITO_ACCESS_TOKEN", "token")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    document = (
        f'{{"DeviceKey": "a_b", "DeviceSecretVerifierConfig": {{}}, "RememberedDevice": {text}'
    )
    for given in (text, document + "}"):
        stdin = io.TextIOWrapper(io.BytesIO(given.encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["confirm", "--verifier", "-"]) == 2
        assert "is not what `cognito-srp verifier` prints" in capsys.readouterr().err


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_a_request_and_a_state_file(cognito: LocalCognito, text: str, tmp_path: Path) -> None:
    for body in (text, f'{{"ClientId": {text}}}'):
        headers = {
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            "Content-Type": "application/x-amz-json-1.1",
        }
        request = Request(cognito.endpoint_url, body.encode(), headers)
        with pytest.raises(OSError, match="400") as caught:
            urlopen(request)
        assert "SerializationException" in caught.value.read().decode()  # type: ignore[attr-defined]
    path = tmp_path / "state"
    for content in (text, f'{{"format": 1, "clock_offset": 0, "regions": {text}}}'):
        path.write_text(content)
        with pytest.raises(ValueError, match="state of the local Cognito"):
            cognito.load(path)


def test_an_answer_that_is_nested_too_deeply() -> None:
    class Client:
        def get_user(self, **_: Any) -> Any:
            return json.loads("[" * 100_000)

    with pytest.raises(UnreachableError, match="cannot be read") as caught:
        call(Client(), "GetUser")  # type: ignore[arg-type]
    assert caught.value.may_have_had_effect


def test_a_passkey_that_is_asked_too_deeply(cognito: LocalCognito) -> None:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    passkey = pool.use_passkey("ann")
    with pytest.raises(ValueError, match="not JSON"):
        passkey.answer("[" * 100_000)
