"""What the console shows of a server, and that it takes text for text.

How it is used is in test_console_in_browser.py.
"""

from __future__ import annotations

import re
import subprocess
from html import unescape
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from support.browser import installed
from support.local_people import PASSWORD, Person
from support.plain_client import SignIn

from cognito_srp.local import LocalCognito


def rendered(cognito: LocalCognito, profile: Path) -> str:
    """The page as a browser has made it, a few seconds after it was opened."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    done = subprocess.run(
        [installed(), *options, "--virtual-time-budget=3000", "--dump-dom", cognito.endpoint_url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def texts(page: str) -> str:
    """What the page shows, without tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_the_page_shows_the_server(tmp_path: Path) -> None:
    with LocalCognito() as cognito:
        pool = cognito.create_pool("shop", AutoVerifiedAttributes=["email"])
        hostile = "<img/src=x>"
        pool.create_user("ann", PASSWORD, attributes={"name": hostile})
        client = cognito.client()
        ann = Person(client, pool, "ann")
        device = ann.confirm()
        ann.with_device(device).run()
        with pytest.raises(ClientError):
            SignIn(client, pool, "ann", "Wrong-horse-1").finish()
        client.sign_up(
            ClientId=pool.client_id,
            Username="sue",
            Password=PASSWORD,
            UserAttributes=[{"Name": "email", "Value": "sue@example.com"}],
        )
        cognito.fail_next("ConfirmDevice", times=3)
        page = rendered(cognito, tmp_path)
        [code] = [message.code for message in cognito.emails("sue")]
    assert hostile not in page
    shown = texts(page)
    for words in (
        "us-east-1 connected",
        f"shop {pool.pool_id} 2 users",
        pool.client_id,
        "ann CONFIRMED, 1 device",
        f"name {hostile}",
        "a device remembered",
        f"Device key {device[0]}",
        "DEVICE_PASSWORD_VERIFIER ann",
        "NotAuthorizedException PASSWORD_CLAIM_SIGNATURE does not match",
        f"EMAIL sue@example.com confirmation {code}",
        "for ConfirmDevice, TooManyRequestsException, 3 times at most: 0 of 0 calls so far",
    ):
        assert words in shown, words
    assert PASSWORD not in page
