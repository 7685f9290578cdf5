"""A password never meets a routine whose time depends on it, whatever engine is chosen."""

from __future__ import annotations

from typing import Any

import pytest

import srp_native
from cognito_srp import RememberedDevice
from cognito_srp.signin import begin_sign_in_steps
from cognito_srp.transport.steps import Call, Done, resume
from srp_native.engines._registry import load_engine

PASSWORD = "Größer-als-1"
FLOWS: list[dict[str, Any]] = [
    {},
    {"auth_flow": "CUSTOM_AUTH"},
    {"auth_flow": "USER_AUTH", "preferred_challenge": "PASSWORD_SRP"},
]
TOKENS = {"AccessToken": "a", "IdToken": "i", "ExpiresIn": 1, "TokenType": "Bearer"}
SHOWN = {"USER_ID_FOR_SRP": "zoë", "SALT": "abc", "SRP_B": "f" * 700, "SECRET_BLOCK": "AAAA"}


def sign_in(**how: Any) -> list[str]:
    """What is called in a sign-in with a device, whose service answers with these challenges."""
    device = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password="p")
    steps = begin_sign_in_steps(
        pool_id="eu_x", client_id="c", username="zoë", password=PASSWORD, device=device, **how
    )
    names = ("PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER")
    answers: list[Any] = [
        None,
        *({"ChallengeName": name, "ChallengeParameters": SHOWN} for name in names),
        {"AuthenticationResult": TOKENS},
    ]
    taken = [resume(steps, answer) for answer in answers]
    assert isinstance(taken[-1], Done)
    return [step.operation for step in taken if isinstance(step, Call)]


@pytest.mark.parametrize("how", FLOWS)
def test_engine_python_is_refused(how: dict[str, Any]) -> None:
    with (
        srp_native.use_engine("python"),
        pytest.raises(srp_native.ConstantTimeUnavailableError) as caught,
    ):
        sign_in(**how)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("how", FLOWS)
def test_gmpy2_runs_powmod_sec_alone(how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    class Recording:
        """The module gmpy2, which tells what was called of it."""

        def __getattr__(self, name: str) -> Any:
            called.append(name)
            return getattr(gmpy2, name)

    with srp_native.use_engine("gmpy2"):
        engine: Any = load_engine("gmpy2", constant_time=True)
        gmpy2 = engine._gmpy2
        monkeypatch.setattr(engine, "_gmpy2", Recording())
        sign_in(**how)
    powers = [name for name in called if "pow" in name]
    assert powers == ["powmod_sec"] * 6  # A, g^x and S of the user, then of the device


@pytest.mark.parametrize("how", FLOWS)
def test_engine_c_is_asked_for_constant_time(
    how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its premaster_secret has no other form; tests/native/test_timing.py times both."""
    if not all(info.available for info in srp_native.available_engines() if info.name == "c"):
        pytest.skip("engine c is not there")
    called: list[tuple[str, Any]] = []
    with srp_native.use_engine("c"):
        engine: Any = load_engine("c", constant_time=True)
        for name in [n for n in dir(engine) if "pow" in n or n.startswith(("verif", "premaster"))]:
            real = getattr(engine, name)

            def spy(*arguments: Any, name: str = name, real: Any = real, **options: Any) -> Any:
                called.append((name, options.get("constant_time")))
                return real(*arguments, **options)

            monkeypatch.setattr(engine, name, spy)
        sign_in(**how)
    assert called == [("pow_g", True), ("premaster_secret", None)] * 2
