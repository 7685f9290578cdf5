"""Seed files: what they make, and what is said of one that breaks a rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.accounts import attributes_of
from support.local_people import PASSWORD

from cognito_srp import InvalidInputError
from cognito_srp.local import LocalCognito

JSON = """\
{
  "Pools": [
    {
      "PoolName": "shop",
      "DeviceConfiguration": {"DeviceOnlyRememberedOnUserPrompt": true},
      "Clients": [
        {"ClientName": "web"},
        {"ClientName": "backend", "GenerateSecret": true}
      ],
      "Users": [
        {"Username": "ann", "Password": "Correct-horse-1",
         "Attributes": {"email": "ann@example.com", "email_verified": "true"}},
        {"Username": "bob", "Password": "Correct-horse-1", "Temporary": true}
      ]
    },
    {"PoolName": "empty"}
  ]
}
"""

CSV = """\
pool,client,username,password,temporary,email
shop,web,ann,Correct-horse-1,,ann@example.com
shop,backend,bob,Correct-horse-1,true,
,,cid,Correct-horse-1,false,cid@example.com
"""

#: Writes a file of that name and text.
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return make


@pytest.mark.parametrize(("name", "text"), [("seed.json", JSON), ("seed.csv", CSV)])
def test_pools_app_clients_and_users_are_made_once(write: Write, name: str, text: str) -> None:
    path = write(name, text)
    cognito = LocalCognito()
    shop, other = cognito.seed(path)
    assert shop.sign_in("ann", PASSWORD)["AccessToken"]
    with pytest.raises(ValueError, match="NEW_PASSWORD_REQUIRED"):
        shop.sign_in("bob", PASSWORD)
    backend = cognito.find_pool("shop", "backend")
    assert backend is not None
    assert (backend.client_secret is not None) == (name == "seed.json")
    assert [pool.pool_id for pool in cognito.seed(path)] == [shop.pool_id, other.pool_id]
    assert len(cognito.call("ListUsers", {"UserPoolId": shop.pool_id})["Users"]) == 2
    clients = cognito.call("ListUserPoolClients", {"UserPoolId": shop.pool_id})["UserPoolClients"]
    assert [client["ClientName"] for client in clients] == ["web", "backend"]
    with cognito:
        assert attributes_of(cognito.client(), shop, "ann")["email"] == "ann@example.com"


def test_a_password_of_a_user_who_is_there_stays(write: Write) -> None:
    cognito = LocalCognito()
    [pool, _] = cognito.seed(write("seed.json", JSON))
    pool.set_password("ann", "Another-horse-1")
    cognito.seed(write("seed.json", JSON))
    assert pool.sign_in("ann", "Another-horse-1")


def user(**members: Any) -> str:
    """A file whose third line is a user."""
    given = {"Username": "ann", "Password": PASSWORD, **members}
    return f'{{"Pools": [{{"PoolName": "p",\n"Users": [\n{json.dumps(given)}]}}]}}'


@pytest.mark.parametrize(
    ("name", "text", "line", "rule"),
    [
        ("s.json", "{\n\n]", 3, "is not JSON"),
        ("s.json", "", 1, "is not JSON"),
        ("s.json", "[]", 1, "has to be an object"),
        ("s.json", "[" * 100000, 1, "is nested too deeply"),
        ("s.json", '{\n"Users": []}', 1, "Users is no member here: there is Pools"),
        ("s.json", '{"Pools": {}}', 1, "Pools has to be a list of objects"),
        ("s.json", '{"Pools": [\n{"PoolName": "p", "Users": [1]}]}', 2, "Users has to be a list"),
        ("s.json", '{"Pools": [\n{"PoolName": "p", "MfaConfiguration": "X"}]}', 2, "enum value"),
        ("s.json", '{"Pools": [\n\n{}]}', 3, "poolName"),
        ("s.json", user(Password="short"), 3, "Password not long enough"),
        ("s.json", user(Password=None), 3, "Password of a user has to be a string"),
        ("s.json", user(Temporary="yes"), 3, "Temporary of a user has to be true or false"),
        ("s.json", user(Attributes={"email": 1}), 3, "Attributes of a user has to be an object"),
        ("s.json", user(Attributes={"shoe": "42"}), 3, "shoe"),
        ("s.json", user(Role="x"), 3, "Role is no member of a user"),
        ("s.csv", "username\nann", 1, "the header has no column password"),
        ("s.csv", "username,password,email,email\n", 1, "the header has email twice"),
        ("s.csv", "username,password,\n", 1, "the header has a column without a name"),
        ("s.csv", f"username,password\nann,{PASSWORD}\nbob\n", 3, "has to have 2 cells"),
        ("s.csv", f"username,password,temporary\nann,{PASSWORD},maybe", 2, "temporary has to be"),
        ("s.csv", "username,password\nann,short", 2, "Password not long enough"),
        ("s.csv", f'username,password\n"a"nn,{PASSWORD}', 2, "is not CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    write: Write, name: str, text: str, line: int, rule: str
) -> None:
    path = write(name, text)
    with pytest.raises(InvalidInputError) as caught:
        LocalCognito().seed(path)
    assert caught.value.field == "seed"
    assert caught.value.rule.startswith(f"{path}, line {line}: ")
    assert rule in caught.value.rule
    assert PASSWORD not in str(caught.value)


def test_a_file_of_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "seed.csv"
    path.write_bytes("username,password\nä,x".encode("latin-1"))
    with pytest.raises(InvalidInputError, match="line 2: is not UTF-8"):
        LocalCognito().seed(path)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_the_files_of_the_documentation_can_be_used(write: Write, kind: str) -> None:
    docs = Path(__file__).parent.parent.parent / "docs" / "local-cognito.md"
    [text] = re.findall(rf"```{kind}\n(.*?)```", docs.read_text("utf-8"), re.DOTALL)
    [shop] = LocalCognito().seed(write(f"seed.{kind}", text))
    assert shop.sign_in("ann", PASSWORD)["NewDeviceMetadata"]
