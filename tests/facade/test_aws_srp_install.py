"""The drop-in put under an installed pycognito, and under a package in warrant's style."""

from __future__ import annotations

import importlib
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pycognito
import pytest
from pycognito import aws_srp as theirs
from support.aws_srp_cases import challenge, make

from cognito_srp import InvalidInputError, SignInError
from cognito_srp import aws_srp as ours

#: All that pycognito's module defines.
DEFINED = {
    name: value
    for name, value in vars(theirs).items()
    if getattr(value, "__module__", None) == theirs.__name__
}

WARRANT_STYLE = {
    "__init__": """
        from .aws_srp import AWSSRP
        from .aws_srp import pad_hex as by_another_name
    """,
    "exceptions": """
        class ForceChangePasswordException(Exception):
            pass
    """,
    "aws_srp": """
        import hashlib
        from .exceptions import ForceChangePasswordException

        n_hex, g_hex, info_bits = "17", "2", bytearray(b"their own")

        def pad_hex(long_int):
            return "theirs"

        def their_own_function():
            return pad_hex(1)

        class AWSSRP(object):
            pass
    """,
}


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    ours.uninstall()
    assert {name: vars(theirs)[name] for name in DEFINED} == DEFINED


@pytest.fixture
def in_warrants_style(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[ModuleType]:
    folder = tmp_path / "their_fork"
    folder.mkdir()
    for name, text in WARRANT_STYLE.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("their_fork")
    for name in [name for name in sys.modules if name.partition(".")[0] == "their_fork"]:
        del sys.modules[name]


def test_everything_that_it_defines_is_replaced() -> None:
    assert len(DEFINED) == 10
    ours.install()
    for name, original in DEFINED.items():
        mine = getattr(theirs, name)
        assert mine is not original
        assert mine.__module__.startswith("cognito_srp.")
        assert (mine.__name__, mine.__doc__) == (name, getattr(ours, name).__doc__)
    assert pycognito.AWSSRP is theirs.AWSSRP
    assert issubclass(theirs.AWSSRP, ours.AWSSRP)
    assert theirs.pad_hex("000abc") == ours.pad_hex("000abc") == "0abc"
    proof = make(theirs).process_challenge(challenge(), {"USERNAME": "u"})
    assert proof["PASSWORD_CLAIM_SIGNATURE"]


def test_it_can_be_undone_wherever_it_has_got_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names imported by value, before and since; ours, imported from us, stay ours."""
    mine = ModuleType("a_module_of_someones")
    monkeypatch.setitem(sys.modules, mine.__name__, mine)
    mine.by_value = theirs.hash_sha256  # type: ignore[attr-defined]
    mine.from_us = ours.hash_sha256  # type: ignore[attr-defined]
    with ours.install():
        assert mine.by_value is theirs.hash_sha256 is not DEFINED["hash_sha256"]
        mine.since = theirs.AWSSRP  # type: ignore[attr-defined]
    assert mine.by_value is DEFINED["hash_sha256"]
    assert mine.since is pycognito.AWSSRP is DEFINED["AWSSRP"]
    assert mine.from_us is ours.hash_sha256


def test_twice_is_once() -> None:
    with ours.install("pycognito"):
        installed = theirs.AWSSRP
        with ours.install():
            assert theirs.AWSSRP is installed
        assert theirs.AWSSRP is installed
    assert theirs.AWSSRP is DEFINED["AWSSRP"]
    ours.uninstall()


@pytest.mark.parametrize("first", ["import pycognito", "from cognito_srp import aws_srp"])
def test_before_and_after_it_is_imported(first: str) -> None:
    code = f"""
{first}
from cognito_srp import aws_srp
aws_srp.install()
import pycognito
from pycognito.aws_srp import AWSSRP, hex_to_long
assert pycognito.AWSSRP is AWSSRP and issubclass(AWSSRP, aws_srp.AWSSRP)
aws_srp.uninstall()
assert pycognito.AWSSRP is AWSSRP and not issubclass(AWSSRP, aws_srp.AWSSRP)
assert hex_to_long.__module__ == "pycognito.aws_srp"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_module_that_loads_lazily_is_not_made_to(tmp_path: Path) -> None:
    (tmp_path / "lazy_one.py").write_text("raise SystemExit('loaded')\n")
    code = """
import importlib.util, sys
spec = importlib.util.find_spec("lazy_one")
spec.loader = importlib.util.LazyLoader(spec.loader)
module = importlib.util.module_from_spec(spec)
sys.modules["lazy_one"] = module
spec.loader.exec_module(module)
from cognito_srp import aws_srp
aws_srp.install()
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_nothing_to_install_under() -> None:
    code = """
import sys
sys.modules["pycognito"] = None
from cognito_srp import InvalidInputError, aws_srp
try:
    aws_srp.install()
except InvalidInputError as error:
    assert "packages: has nothing to go under" in str(error)
    assert "pycognito" in str(error) and "warrant" in str(error)
    assert "install pycognito" in str(error)
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_package_that_fails_to_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an old one may, in any way; it does not keep ours from going under the other."""
    (tmp_path / "warrant.py").write_text("raise AttributeError('it is not kept up')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with ours.install():
        assert issubclass(theirs.AWSSRP, ours.AWSSRP)
    with pytest.raises(InvalidInputError, match="warrant: it is not kept up"):
        ours.install("warrant")


def test_a_package_that_is_not_there() -> None:
    with pytest.raises(InvalidInputError, match="No module named 'not_there'"):
        ours.install("pycognito", "not_there")
    assert theirs.AWSSRP is DEFINED["AWSSRP"]


def test_a_package_in_warrants_style(in_warrants_style: ModuleType) -> None:
    module = in_warrants_style.aws_srp
    originals = {name: vars(module)[name] for name in ("AWSSRP", "pad_hex", "hashlib")}
    with ours.install("their_fork"):
        assert in_warrants_style.AWSSRP is module.AWSSRP
        assert in_warrants_style.by_another_name(5) == "05"
        assert module.their_own_function() == "01"
        assert (module.n_hex, module.hashlib) == ("17", originals["hashlib"])
        assert not hasattr(module, "hex_hash")
        made = make(module)
        assert made.g == 2
        assert made.process_challenge(challenge())["PASSWORD_CLAIM_SIGNATURE"]
        assert theirs.AWSSRP is DEFINED["AWSSRP"]
    assert {name: vars(module)[name] for name in originals} == originals
    assert in_warrants_style.by_another_name(5) == "theirs"


def test_it_raises_the_exceptions_of_the_package(in_warrants_style: ModuleType) -> None:
    """And returns, as warrant does, the challenges that the package has no exception for."""

    class Service:
        name = "NEW_PASSWORD_REQUIRED"

        def initiate_auth(self, **_: object) -> dict[str, object]:
            return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": challenge()}

        def respond_to_auth_challenge(self, **_: object) -> dict[str, object]:
            return {"ChallengeName": self.name, "Session": "hunter2"}

    module, client = in_warrants_style.aws_srp, Service()
    with ours.install("their_fork"):
        with pytest.raises(module.ForceChangePasswordException) as caught:
            make(module, client=client).authenticate_user()
        assert not isinstance(caught.value, (SignInError, ours.ForceChangePasswordException))
        client.name = "SMS_MFA"
        assert make(module, client=client).authenticate_user()["ChallengeName"] == "SMS_MFA"
        with pytest.raises(pycognito.exceptions.SMSMFAChallengeException):
            make(ours, client=client).authenticate_user()
