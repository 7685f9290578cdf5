"""What a service says never moves the cursor, changes a title, or begins a line of its own."""

from __future__ import annotations

import argparse
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from support.command_line import Run, SignedIn

from cognito_srp.cli.enroll_display import line
from cognito_srp.cli.failures import note
from cognito_srp.cli.output import write, write_table
from cognito_srp.cli.printable import printable
from cognito_srp.local import LocalCognito

HOSTILE = "no\x1b]0;title\x07\x1b[2J\r\ncognito-srp: all is well\x9b1m\u202e\x00"
OBEYED = set("\x1b\x07\r\x9b\u202e\x00")


def test_what_a_terminal_obeys_is_written_out() -> None:
    assert printable("zoë 日本 ~ \x1b\x7f") == r"zoë 日本 ~ \x1b\x7f"
    assert not OBEYED & set(printable(HOSTILE))
    assert "\n" not in printable(HOSTILE)


def test_a_refusal(run: Run, signed_in: SignedIn, cognito: LocalCognito) -> None:
    cognito.fail_next("ListDevices", "NotAuthorizedException", HOSTILE)
    code, out, err = run("devices", "list", *signed_in.aws)
    assert (code, out) == (1, "")
    assert not OBEYED & set(err)
    assert len(err.splitlines()) == 1
    assert r"\x1b]0;title" in err


@pytest.mark.parametrize("form", ["table", "text", "json"])
def test_the_name_of_a_device(
    run: Run, signed_in: SignedIn, cognito: LocalCognito, form: str
) -> None:
    name = {"AccessToken": signed_in.token, "DeviceKey": signed_in.device_key}
    cognito.call("ConfirmDevice", {**name, "DeviceName": "till"})
    for pool in cognito._app.state.pools():
        for devices in pool.devices._by_user.values():
            for device in devices.values():
                device.name = HOSTILE
    code, out, _ = run("devices", "list", "--output", form, *signed_in.aws)
    assert code == 0
    assert not OBEYED & set(out)
    assert "cognito-srp: all is well" in out
    assert not [line for line in out.splitlines() if line.startswith("cognito-srp")]


def test_everything_else_that_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    note(HOSTILE)
    write_table(("Name",), [(HOSTILE,)])
    write(argparse.Namespace(query=None, output="text"), {"a": HOSTILE, "b": [{"c": [HOSTILE]}]})
    figures: Any = SimpleNamespace(
        done=1,
        total=1,
        rate=1.0,
        limit=1.0,
        retried=0,
        left=None,
        refused_by=Counter([HOSTILE]),
        unanswered=0.0,
    )
    print(line(figures))
    out, err = capsys.readouterr()
    assert not OBEYED & set(out + err)
