"""Mistakes that people make on the command line: each is told in one line that names the option or
field, the rule and what to do, and nothing is sent. The list is the specification."""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command_line import Run

from cognito_srp import SealingKey
from cognito_srp.enroll.journal import Journal

KEY = "eu-west-2_627477ae-3631-4248-bed9-d2e934100372"
KEYS = f"--device-key {KEY} --device-group-key g"
POOL = "eu-west-2_AbCdEfGhI"
SIGN_IN = f"sign-in --user-pool-id {POOL} --client-id c --username ann"
NOWHERE = "--endpoint-url http://127.0.0.1:9"
ENROLL = f"enroll devices.jsonl --key-file run.key {NOWHERE}"

#: The command, and words that the message has to have: the option or field, the rule, the fix.
MISTAKES = [
    # Commands
    ("", ["COMMAND", "is missing", "add one of verifier"]),
    ("enrol devices.jsonl", ["COMMAND", "no 'enrol'", "did you mean enroll?"]),
    ("signin", ["COMMAND", "no 'signin'", "did you mean sign-in?"]),
    ("sign_in", ["COMMAND", "no 'sign_in'", "did you mean sign-in?"]),
    ("device list", ["COMMAND", "no 'device'", "did you mean devices?"]),
    ("Verifier", ["COMMAND", "no 'Verifier'", "did you mean verifier?"]),
    ("qqq", ["COMMAND", "no such one", "choose one of verifier"]),
    ("help qqq", ["COMMAND", "no such one", "choose one of verifier"]),
    ("devices", ["ACTION", "is missing", "add one of list"]),
    ("devices lst", ["ACTION", "no 'lst'", "did you mean list?"]),
    ("devices delete", ["ACTION", "no such one", "choose one of list, get, remember, forget"]),
    ("devices --region eu-west-2 list", ["--region", "no option", "behind the command"]),
    ("--region eu-west-2 devices list", ["--region", "no option", "behind the command"]),
    ("completion powershell", ["SHELL", "no such one", "choose one of bash, zsh, fish"]),
    ("completion", ["SHELL", "is missing", "add one of bash"]),
    # Options that are misspelt
    (f"verifier --devce-key {KEY} --device-group-key g", ["--devce-key", "mean --device-key?"]),
    (f"verifier --device-key {KEY} --group-key g", ["--group-key", "mean --device-group-key?"]),
    ("sign-in --pool-id p --client-id c --username a", ["--pool-id", "mean --user-pool-id?"]),
    ("sign-in --user-pool p --client-id c --username a", ["--user-pool", "mean --user-pool-id?"]),
    (f"sign-in --user-pool-id {POOL} --client c --username a", ["--client", "mean --client-id?"]),
    (f"sign-in --user-pool-id {POOL} --client-id c --user a", ["--user", "mean --username?"]),
    (f"{SIGN_IN} --user-name ann", ["--user-name", "mean --username?"]),
    ("devices list --acess-token t", ["--acess-token", "mean --access-token-file?"]),
    ("devices list --endpoint http://127.0.0.1:9", ["--endpoint", "mean --endpoint-url?"]),
    ("devices list --outptu json", ["--outptu", "mean --output?"]),
    ("devices list --qurey x", ["--qurey", "mean --query?"]),
    ("devices list --profil p", ["--profil", "mean --profile?"]),
    ("enroll devices.jsonl --resme", ["--resme", "mean --resume?"]),
    ("enroll devices.jsonl --dryrun", ["--dryrun", "mean --dry-run?"]),
    ("enroll devices.jsonl --dry_run", ["--dry_run", "mean --dry-run?"]),
    ("enroll devices.jsonl --onerror skip", ["--onerror", "mean --on-error?"]),
    ("local --prot 5000", ["--prot", "mean --port?"]),
    ("local --statefile f", ["--statefile", "mean --state?"]),
    ("engines -o json", ["-o", "no option", "leave it out"]),
    ("engines --frobnicate", ["--frobnicate", "no option", "leave it out"]),
    ("engines now", ["1 argument too many", "behind its option"]),
    # Options without what they need
    ("verifier", ["--device-key", "missing", "add", "NewDeviceMetadata's DeviceKey"]),
    (f"verifier --device-key {KEY}", ["--device-group-key", "is missing", "may begin with -"]),
    ("verifier --device-key --device-group-key g", ["--device-key", "needs a value", "write"]),
    ("sign-in --client-id c --username a", ["--user-pool-id", "is missing", "us-east-1_"]),
    ("confirm", ["--device-key, --resume, --verifier", "is missing", "add it"]),
    (f"confirm --device-key {KEY}", ["--device-key", "needs the group key", "--device-group-key"]),
    (f"confirm {KEYS}", ["--device-key", "without which", "add --save FILE"]),
    ("devices get", ["--device-key", "is missing", "add"]),
    ("devices forget", ["--device-key, --from", "is missing", "add it"]),
    ("merge one.journal", ["--into", "is missing", "the new journal"]),
    ("enroll", ["INPUT", "is missing", "ends in .jsonl"]),
    ("report", ["JOURNAL", "is missing", "journal of `cognito-srp enroll`"]),
    # Options that do not go together
    ("confirm --resume d.json --verifier v.json", ["--verifier", "excludes --resume", "leave one"]),
    ("confirm --resume d.json --save e.json", ["--save", "--device-key only", "leave it out"]),
    (
        "devices list --username ann",
        ["--user-pool-id and --username", "together", "both or neither"],
    ),
    (
        f"devices list --user-pool-id {POOL} --username a --access-token-file t",
        ["--access-token-file", "excludes --user-pool-id", "leave one of them out"],
    ),
    (f"devices forget --device-key {KEY} --resume", ["--resume", "--from only", "leave it out"]),
    (
        "devices forget --from d.jsonl --access-token-file t",
        ["--access-token-file", "excludes --from", "leave one of them out"],
    ),
    (f"{SIGN_IN} --remember", ["--remember", "--save-device only", "leave it out"]),
    ("local --fault-seed 7", ["--fault-seed", "--fault only", "leave it out"]),
    ("local --password-file f", ["--password-file", "--create-user only", "leave it out"]),
    (f"verifier {KEYS} --shorthand", ["--shorthand", "would lose", "add --save FILE"]),
    # Values
    (
        "verifier --device-key nounderscore --device-group-key g",
        ["--device-key", "has no '_'", "pass"],
    ),
    (
        f"verifier --device-key {KEY} --device-group-key {KEY}",
        ["--device-group-key", "has a '_'", "swapped"],
    ),
    (f"verifier {KEYS} --salt xyz", ["--salt", "hexadecimal"]),
    ("engines --output jsn", ["--output", "no 'jsn'", "did you mean json?"]),
    ("engines --output yaml", ["--output", "no such one", "choose one of json, text, table"]),
    ("engines --query [[", ["--query", "not JMESPath"]),
    ("local --port 70000", ["--port", "from 0 to 65535"]),
    ("local --fault-seed x", ["--fault-seed", "whole number", "such as 7"]),
    ("local --fault ConfirmDevice", ["--fault", "OPERATION:WHAT", "--help"]),
    ("local --host 0.0.0.0", ["--host", "not a loopback address", "--allow-remote"]),
    ("local --port TAKEN", ["--port", "is taken", "--port 0"]),
    (
        "devices list --access-token eyJhbGciOi",
        ["--access-token", "not an option", "--access-token-file"],
    ),
    ("devices list", ["access token", "is missing", "--access-token-file"]),
    (f"{ENROLL} --rate 0", ["--rate", "above zero"]),
    (f"{ENROLL} --on-error ignore", ["--on-error", "choose one of stop, skip, collect"]),
    (f"{SIGN_IN} --auth-flow USER_SPR_AUTH", ["--auth-flow", "mean USER_SRP_AUTH?"]),
    (f"{SIGN_IN} --region eu-west-1", ["--region", f"the pool is {POOL}", "leave it out"]),
    # Values that are empty, as of a variable that is not set
    (f"{ENROLL} --save=", ["--save", "is empty", "leave it out"]),
    (f"{ENROLL} --journal=", ["--journal", "is empty", "leave it out"]),
    ("enroll EMPTY", ["INPUT", "is empty", "give a value"]),
    (f"verifier {KEYS} --save EMPTY", ["--save", "is empty", "leave it out"]),
    ("devices list --region EMPTY", ["--region", "is empty", "leave it out"]),
    # Those of the library, in the words of the command line
    (f"{SIGN_IN} --auth-flow ADMIN_USER_PASSWORD_AUTH", ["--auth-flow", "only", "add --admin"]),
    (f"{SIGN_IN} --admin --auth-flow USER_PASSWORD_AUTH", ["--auth-flow", "no Admin form"]),
    (
        f"{SIGN_IN} --preferred-challenge EMAIL_OTP",
        ["--preferred-challenge", "has no place", "use --auth-flow USER_AUTH"],
    ),
    (f"{SIGN_IN} --device devices.jsonl", ["devices.jsonl", "secret of a device", "name what"]),
    ("confirm --resume run.key", ["run.key", "is not the secret of a device", "name what --save"]),
    (f"verifier {KEYS} --salt 0xab", ["--salt", "hexadecimal", "two digits a byte"]),
    (f"verifier --device-key {KEY}SPACE --device-group-key g", ["--device-key", "white space"]),
    (f"verifier --device-key {KEY} --device-group-key gSPACE", ["--device-group-key", "white"]),
    # Of the AWS configuration
    (
        "sign-in --user-pool-id AbCdEfGhI --client-id c --username ann",
        ["--region", "is missing", "set AWS_REGION"],
    ),
    (f"{SIGN_IN} --region eu/west --endpoint-url http://127.0.0.1:9", ["--region", "is not one"]),
    (f"{SIGN_IN} --profile none", ["--profile", "(none)", "name one of the AWS configuration"]),
    # Files
    (f"{ENROLL} --journal .", [".", "is no regular file", "name another"]),
    (f"{ENROLL} --journal /", ["/", "is no regular file", "name another"]),
    (f"{ENROLL} --journal j --save {'x' * 300}.jsonl", [".jsonl", "name too long"]),
    ("report none.journal", ["none.journal", "no such journal", "name the one"]),
    ("report devices.jsonl", ["devices.jsonl", "is no journal", "name that"]),
    ("merge devices.jsonl --into new --key-file run.key", ["devices.jsonl", "is no journal"]),
    (f"{ENROLL} --save enrolled.jsonl", ["devices.jsonl.journal", "earlier run", "add --resume"]),
    (f"{ENROLL} --journal none --resume", ["none", "nothing to resume", "check --journal"]),
    ("enroll absent.jsonl --dry-run", ["absent.jsonl", "No such file"]),
    ("enroll devices.xlsx --dry-run", ["devices.xlsx", "format", "end in one of .jsonl"]),
    ("enroll semicolons.csv --dry-run", ["semicolons.csv", "columns by ';'", "commas"]),
    ("confirm --resume absent.json", ["absent.json", "No such file"]),
    ("devices forget --from devices.jsonl", ["devices.jsonl:1", "username", "--username"]),
]


@pytest.fixture
def _files(tmp_path: Path) -> None:
    """What an earlier run has left, and an input that a spreadsheet has written."""
    row = f'{{"device_key": "{KEY}", "device_group_key": "g", "access_token": "t"}}\n'
    for name in ("devices.jsonl", "enrolled.jsonl"):
        Path(name).touch(0o600)
        Path(name).write_text(row)
    Path("semicolons.csv").touch(0o600)
    Path("semicolons.csv").write_text(f"device_key;device_group_key;access_token\n{KEY};g;t\n")
    key = SealingKey.generate()
    key.save("run.key")
    with Journal.open("devices.jsonl.journal", key=key):
        pass


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(("line", "words"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_mistake_is_named_with_its_rule_and_its_fix(
    run: Run, monkeypatch: pytest.MonkeyPatch, taken: int, line: str, words: list[str]
) -> None:
    monkeypatch.setenv("COGNITO_PASSWORD", "p")
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    began = time.monotonic()
    words_of = {"TAKEN": str(taken), "EMPTY": ""}
    given = [words_of.get(word, word).replace("SPACE", " ") for word in line.split()]
    code, out, err = run(*given)
    assert (code, out) == (3 if "TAKEN" in line else 2, ""), err
    assert len(err.splitlines()) == 1
    for word in words:
        assert word in err
    assert {path: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before
    assert time.monotonic() - began < 60  # nobody was called


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    "line", [f"{ENROLL} --resume --save pipe.jsonl", "local --port 0 --state pipe.jsonl"]
)
def test_a_file_takes_the_place_of_no_pipe_and_no_device(run: Run, line: str) -> None:
    """Root could lose /dev/null so; and reading a pipe waits for whoever writes."""
    os.mkfifo("pipe.jsonl", 0o600)
    code, out, err = run(*line.split())
    assert (code, out) == (2, "")
    assert err == "cognito-srp: pipe.jsonl: is no regular file; name another\n"
    assert stat.S_ISFIFO(os.stat("pipe.jsonl").st_mode)


def test_there_are_enough_of_them() -> None:
    assert len({line for line, _ in MISTAKES}) >= 75


@pytest.mark.parametrize("secret", ["eyJhbGciOiJub25lIn0.e30.", "hush-hush-1"])
@pytest.mark.parametrize(
    "line",
    [
        "{}", "engines {}", "engines --output {}", "devices {}", "enroll devices.jsonl {}",
        "confirm --resume={} --remember={}", "devices list --acess-token {}",
        "devices list --token={}", "local --fault-seed {}", "local --port {}",
    ],
)  # fmt: skip
def test_a_value_in_a_wrong_place_is_not_repeated(run: Run, line: str, secret: str) -> None:
    """It may be a token."""
    code, out, err = run(*line.replace("{}", secret).split())
    assert (code, out) == (2, "")
    assert secret not in err
