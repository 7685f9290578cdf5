"""AWSSRP of the drop-in against pycognito's: challenges, public values, and what stays secret."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycognito import aws_srp as theirs
from support.aws_srp_cases import DEVICE, challenge, make, words

import srp_native
from cognito_srp import SrpError
from cognito_srp import aws_srp as ours
from cognito_srp.aws_srp import challenges
from cognito_srp.srp import encoding
from cognito_srp.srp import protocol as srp
from srp_native import N
from srp_native.engines import c as c_engine
from srp_native.engines._registry import constant_time_engine


class Fixed(datetime):
    """A clock that stands still for both modules, on a day that needs one digit."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime(2026, 9, 5, 7, 3, 9, tzinfo=tz)

    @classmethod
    def utcnow(cls) -> Any:
        return datetime(2026, 9, 5, 7, 3, 9)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theirs, "datetime", SimpleNamespace(datetime=Fixed))
    monkeypatch.setattr(challenges, "datetime", Fixed)


@settings(max_examples=10, deadline=None)
@given(
    a=st.integers(1, 2**256) | st.integers(1, 2**1024),
    B=st.integers(1, 2**3072).filter(lambda B: B % N),
    salt=st.integers(0, 2**130),
    names=st.tuples(words, words, words),
)
def test_keys_are_theirs(a: int, B: int, salt: int, names: tuple[str, str, str]) -> None:
    mine, original = make(ours, a), make(theirs, a)
    assert mine.calculate_a() == original.large_a_value
    for form in (salt, f"{salt:x}", f"{salt:X}"):
        expected = original.get_password_authentication_key(*names[:2], B, form)
        assert mine.get_password_authentication_key(*names[:2], B, form) == expected
    expected = original.get_device_authentication_key(*names, B, salt)
    assert mine.get_device_authentication_key(*names, B, salt) == expected


@pytest.mark.parametrize("client_secret", [None, "shh"])
@pytest.mark.parametrize("device", [{}, DEVICE])
def test_answers_are_theirs(still: None, client_secret: Any, device: Any) -> None:
    a = secrets.randbits(256)
    mine, original = (
        make(module, a, client_secret=client_secret, **device) for module in (ours, theirs)
    )
    sent = mine.get_auth_params()
    assert sent == original.get_auth_params()
    for asked in (challenge(), challenge(USERNAME=None), challenge(SALT="abc")):
        expected = original.process_challenge(asked, sent)
        assert mine.process_challenge(asked, sent) == expected
        assert expected["TIMESTAMP"] == "Sat Sep 5 07:03:09 UTC 2026"
    if device:
        expected = original.process_device_challenge(challenge())
        assert mine.process_device_challenge(challenge()) == expected


@pytest.mark.parametrize("client_secret", [None, "shh"])
def test_one_argument_as_in_warrant(still: None, client_secret: Any) -> None:
    made = make(ours, client_secret=client_secret)
    both = made.process_challenge(challenge(), made.get_auth_params())
    assert made.process_challenge(challenge()) == both
    bare = made.process_challenge(challenge(USERNAME=None))
    assert bare["USERNAME"] == "user-id"
    assert bare["PASSWORD_CLAIM_SIGNATURE"] == both["PASSWORD_CLAIM_SIGNATURE"]
    if client_secret:
        assert bare["SECRET_HASH"] == srp.secret_hash("user-id", "id", "shh")


@pytest.mark.parametrize("salt", ["0abc", "000abc", "00008abc"])
def test_leading_zeros_of_a_salt_do_not_count(still: None, salt: str) -> None:
    """Cognito reads a number. Theirs hashes some of the zeros, and its proof is refused."""
    mine, original = (make(module, 12345, **DEVICE) for module in (ours, theirs))
    plain, zeros = challenge(SALT=salt.lstrip("0")), challenge(SALT=salt)
    assert mine.process_device_challenge(zeros) == mine.process_device_challenge(plain)
    assert mine.process_device_challenge(plain) == original.process_device_challenge(plain)
    if salt.startswith("000"):
        assert original.process_device_challenge(zeros) != (
            original.process_device_challenge(plain)
        )


@pytest.mark.parametrize("B", [0, N, 2 * N, -5])
def test_a_forbidden_b(B: int) -> None:
    with pytest.raises(ValueError, match="B is 0"):
        make(ours).get_password_authentication_key("u", "p", B, 5)


def test_u_of_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> bytes:
        raise SrpError("u is 0, which SRP forbids")

    monkeypatch.setattr(srp, "_scrambling", forbid)
    with pytest.raises(ValueError, match="u is 0"):
        make(ours).process_challenge(challenge())


@pytest.mark.parametrize("form", ["0FF", "ff", "FF"])
def test_odd_and_upper_case_hex(still: None, form: str) -> None:
    made = make(ours, 99)
    asked = challenge(SRP_B=form, SALT=form)
    assert made.process_challenge(asked) == make(theirs, 99).process_challenge(
        challenge(SRP_B="ff", SALT="ff"), {"USERNAME": "u"}
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SRP_B": "xyz"}, "hexadecimal"),
        ({"SRP_B": "-5"}, "hexadecimal"),
        ({"SALT": ""}, "hexadecimal"),
        ({"SALT": "-1"}, "hexadecimal"),
        ({"SECRET_BLOCK": "*"}, "base64"),
    ],
)
def test_values_that_make_no_sense(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(ours).process_challenge(challenge(**changes))
    with pytest.raises(ValueError, match=words):
        make(ours, **DEVICE).process_device_challenge(challenge(**changes))


@pytest.mark.parametrize("name", ["USER_ID_FOR_SRP", "SALT", "SRP_B", "SECRET_BLOCK"])
def test_a_field_that_is_missing(name: str) -> None:
    for module in (theirs, ours):
        with pytest.raises(KeyError, match=name):
            make(module).process_challenge(challenge(**{name: None}), {"USERNAME": "u"})


def test_a_name_that_is_missing() -> None:
    for module in (theirs, ours):
        with pytest.raises(KeyError, match="USERNAME"):
            make(module).process_challenge(challenge(USERNAME=None), {})


def test_a_device_challenge_without_a_device() -> None:
    with pytest.raises(ValueError, match="make the AWSSRP with the device"):
        make(ours).process_device_challenge(challenge())


def test_a_pool_id_without_a_name() -> None:
    with pytest.raises(ValueError, match="pool_id: has no '_'"):
        make(ours, pool_id="pool").process_challenge(challenge())
    assert make(ours, pool_id="_").process_challenge(challenge())


@given(
    when=st.datetimes(datetime(1000, 1, 1), datetime(9998, 1, 1)),
    hours=st.integers(-12, 14),
)
def test_timestamps(when: datetime, hours: int) -> None:
    mine = ours.AWSSRP.get_cognito_formatted_timestamp
    expected = theirs.AWSSRP.get_cognito_formatted_timestamp(when)
    assert mine(when) == mine(when.replace(tzinfo=timezone.utc)) == expected
    # Theirs writes the local time of another zone and calls it UTC.
    zone = timezone(timedelta(hours=hours))
    assert mine(when.replace(tzinfo=timezone.utc).astimezone(zone)) == expected


@given(username=words, client_id=words, secret=words)
def test_secret_hash(username: str, client_id: str, secret: str) -> None:
    expected = theirs.AWSSRP.get_secret_hash(username, client_id, secret)
    assert ours.AWSSRP.get_secret_hash(username, client_id, secret) == expected


def test_names_of_days_and_months_are_those_of_timestamps() -> None:
    year = [datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(days=n) for n in range(365)]
    written = [encoding.timestamp(day).split()[:2] for day in year]
    assert written == [
        [ours.WEEKDAY_NAMES[day.weekday()], ours.MONTH_NAMES[day.month - 1]] for day in year
    ]


def test_a_has_256_bits() -> None:
    values = {make(ours).small_a_value for _ in range(50)}
    assert len(values) == 50
    assert 240 < max(value.bit_length() for value in values) <= 256


def test_a_public_value_costs_nothing_until_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = ours.AWSSRP.calculate_a

    def counted(self: ours.AWSSRP) -> int:
        calls.append(1)
        return real(self)

    monkeypatch.setattr(ours.AWSSRP, "calculate_a", counted)
    made = make(ours)
    assert calls == []
    assert made.large_a_value == made.large_a_value == pow(2, made.small_a_value, N)
    assert calls == [1]


def test_a_subclass_may_choose_a() -> None:
    class Chosen(ours.AWSSRP):
        def generate_random_small_a(self) -> int:
            return 5

    made = Chosen("u", "p", "eu_P", "c", client=cast(Any, object()))
    assert (made.small_a_value, made.large_a_value) == (5, 32)


@pytest.mark.parametrize(
    "changes",
    [
        {"pool_region": "eu-west-1"},
        {"device_key": "k"},
        {"device_key": "k", "device_password": "p"},
        {"device_group_key": "g"},
    ],
)
def test_what_does_not_go_together(changes: dict[str, Any]) -> None:
    for module in (theirs, ours):
        with pytest.raises(ValueError, match=r"should|exclude each other|all three or none"):
            make(module, **changes)


def test_a_client_is_made_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    asked: list[tuple[str, Any]] = []

    def client(name: str, region_name: str | None = None) -> str:
        asked.append((name, region_name))
        return "a client"

    monkeypatch.setattr(boto3, "client", client)
    made = make(ours, client=None, pool_region="eu-west-2")
    assert made.process_challenge(challenge())
    assert asked == []
    assert (made.client, made.client) == ("a client", "a client")
    assert asked == [("cognito-idp", "eu-west-2")]


def test_positional_arguments_are_in_their_order() -> None:
    values: Any = ("u", "p", "eu_P", "c", None, object(), "secret", "k", "g", "dp")
    mine, original = ours.AWSSRP(*values), theirs.AWSSRP(*values)
    for name in vars(original).keys() - {"small_a_value", "large_a_value"}:
        assert getattr(mine, name) == getattr(original, name), name


def test_work_on_passwords_is_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever engine is chosen: A by the routine for secrets, S by one that has no other."""
    asked: list[tuple[str, bool]] = []

    def watch(name: str, constant_time: bool) -> None:
        real = getattr(srp_native, name)

        def spy(*arguments: Any, **options: Any) -> Any:
            asked.append((name, options.get("constant_time", constant_time)))
            return real(*arguments, **options)

        monkeypatch.setattr(srp_native, name, spy)

    watch("premaster_secret", True)  # which always is (tests/maths/test_registry.py)
    for name in ("pow_g", "powmod", "verifier"):
        watch(name, False)
    made = make(ours, **DEVICE)
    made.get_auth_params()
    made.process_challenge(challenge())
    made.process_device_challenge(challenge())
    assert asked == [("pow_g", True), ("premaster_secret", True), ("premaster_secret", True)]


class Calls:
    """A library of which every call is noted, by its name."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.names.append(name)
        return getattr(self.library, name)


def test_which_routines_run(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On every engine and kernel: of the C library its constant-time ones, which are all that it
    has; of gmpy2 none but powmod_sec. Engine python has none, and does nothing."""
    made = make(ours)
    if engine == "python":
        with pytest.raises(srp_native.ConstantTimeUnavailableError):
            made.get_auth_params()
        return
    running = constant_time_engine()
    assert running.name == engine
    owner, name = (c_engine, "lib") if engine == "c" else (running, "_gmpy2")
    calls = Calls(getattr(owner, name))
    monkeypatch.setattr(owner, name, calls)
    made.process_challenge(challenge(), made.get_auth_params())
    routines = [name for name in calls.names if name not in {"SRP_OK", "get_context", "mpz"}]
    assert routines == (["srp_pow_g", "srp_premaster"] if engine == "c" else ["powmod_sec"] * 3)


def test_no_other_engine_is_made_do() -> None:
    made = make(ours, **DEVICE)
    with srp_native.use_engine("python"):
        assert pow(made.val_g, 5, made.big_n) == 32
        with pytest.raises(srp_native.ConstantTimeUnavailableError):
            made.get_auth_params()
        made.large_a_value = 4
        with pytest.raises(srp_native.ConstantTimeUnavailableError):
            made.process_challenge(challenge())


def test_nothing_secret_is_shown() -> None:
    made = make(ours, password="hunter2", client_secret="hunter3", **DEVICE)
    shown = repr(made) + str(made)
    for secret in ("hunter", DEVICE["device_password"], str(made.small_a_value)):
        assert secret not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "hunter2\ud800"},
        {"password": "hunter2", "pool_id": "eu_\ud800"},
        {"password": "", "username": "hunter2"},
        {"password": None},
        {"client_secret": "hunter2\ud800"},
    ],
)
def test_text_that_cannot_be_hashed(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must") as caught:
        make(ours, **changes).process_challenge(challenge())
    shown = repr(caught.value) + repr(caught.value.__context__) + str(caught.value)
    assert "hunter2" not in shown


def test_a_device_password_that_cannot_be_hashed() -> None:
    made = make(ours, **{**DEVICE, "device_password": "hunter2\ud800"})
    with pytest.raises(ValueError, match="device_password: must be text") as caught:
        made.process_device_challenge(challenge())
    assert "hunter2" not in repr(caught.value) + repr(caught.value.__context__)
