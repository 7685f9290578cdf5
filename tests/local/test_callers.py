"""Whose requests the server takes: Host, Origin, preflights, and the URL it says it is at."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple

import pytest

from cognito_srp import InvalidInputError
from cognito_srp.local import LocalCognito

TARGET = "AWSCognitoIdentityProviderService."


class Answer(NamedTuple):
    status: int
    headers: Any
    text: str


def request(
    cognito: LocalCognito, headers: dict[str, str], method: str = "POST", path: str = "/"
) -> Answer:
    """ListUserPools unless told otherwise, with exactly these headers besides its own."""
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    body = b'{"MaxResults": 1}' if method == "POST" else b""
    connection.putrequest(method, path, skip_host=True)
    sent = {"Host": f"{host}:{port}", "X-Amz-Target": f"{TARGET}ListUserPools", **headers}
    for name, value in {**sent, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, response.read().decode())
    connection.close()
    return answer


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:5000", "localhost.", "app.localhost:1", "127.0.0.1", "10.0.2.2:5000",
     "192.168.1.20", "[::1]:5000", "[fe80::1]", "0.0.0.0:5000"],
)  # fmt: skip
def test_localhost_and_any_address_are_good_as_a_host(cognito: LocalCognito, host: str) -> None:
    assert request(cognito, {"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:5000", "localhost.evil.example", "127.0.0.1.evil.example",
     "notlocalhost", "evil.example@localhost", "localhost:80:80", "localhost:x", "[::1", "::1",
     "[evil.example]", "[::1%evil]", "", "2130706433", "localhost/", "a" * 5000],
)  # fmt: skip
def test_any_other_host_is_refused(cognito: LocalCognito, host: str) -> None:
    status, _, text = request(cognito, {"Host": host})
    assert status == 403
    message = json.loads(text)["message"]
    assert "Host" in message
    assert host[:200] in message
    assert "--allow-host" in message
    assert len(text) < 1000


def test_a_request_with_two_hosts_or_none_is_refused(cognito: LocalCognito) -> None:
    assert request(cognito, {"host": "evil.example"}).status == 403  # beside the Host of before
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest("OPTIONS", "/", skip_host=True)
    connection.endheaders()
    assert connection.getresponse().status == 403


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:5173", "https://localhost", "http://app.localhost:3000",
     "http://127.0.0.1:5173", "http://127.8.9.10", "http://[::1]:8080", "capacitor://localhost",
     "ionic://localhost"],
)  # fmt: skip
def test_pages_of_this_machine_may_call_and_read(cognito: LocalCognito, origin: str) -> None:
    status, headers, _ = request(cognito, {"Origin": origin})
    assert status == 200
    assert headers["access-control-allow-origin"] == origin
    assert headers["vary"] == "Origin"
    assert "x-amzn-ErrorType" in headers["access-control-expose-headers"]


def test_a_page_of_the_server_itself_may_call(cognito: LocalCognito) -> None:
    own = {"Host": "192.168.1.20:5000", "Origin": "http://192.168.1.20:5000"}
    assert request(cognito, own).status == 200
    assert request(cognito, own | {"Origin": "http://192.168.1.20:5001"}).status == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://evil.example:443", "null", "http://localhost.evil.example",
     "http://evil.example#localhost", "http://evil.example/.localhost", "http://x@localhost",
     "http://192.168.1.20:5173", "http://[::2]", "localhost", "://localhost", "file://", "",
     "http://" + "a" * 5000],
)  # fmt: skip
def test_pages_of_other_sites_may_not(cognito: LocalCognito, origin: str) -> None:
    status, headers, text = request(cognito, {"Origin": origin})
    assert status == 403
    message = json.loads(text)["message"]
    assert "Origin" in message
    assert origin[:200] in message
    assert "--allow-origin" in message
    assert "access-control-allow-origin" not in headers
    assert headers["vary"] == "Origin"


def test_a_foreign_page_changes_nothing(cognito: LocalCognito) -> None:
    pool = cognito.create_pool()
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    body = json.dumps({"UserPoolId": pool.pool_id})
    headers = {"X-Amz-Target": f"{TARGET}DeleteUserPool", "Origin": "http://evil.example"}
    connection.request("POST", "/", body, headers)
    assert connection.getresponse().status == 403
    assert cognito.call("DescribeUserPool", {"UserPoolId": pool.pool_id})


def test_preflights_follow_the_same_rule(cognito: LocalCognito) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-amz-target",
    }
    mine = request(cognito, {**asked, "Origin": "http://localhost:5173"}, "OPTIONS")
    assert mine.status == 200
    assert mine.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert mine.headers["access-control-allow-headers"] == "x-amz-target"
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        foreign = request(cognito, asked | headers, "OPTIONS")
        assert foreign.status == 403
        assert not [name for name in foreign.headers if name.lower().startswith("access-control")]
        assert "evil" not in str(foreign.headers) + foreign.text


def test_a_request_without_an_origin_gets_no_permission(cognito: LocalCognito) -> None:
    status, headers, _ = request(cognito, {})
    assert status == 200
    assert "access-control-allow-origin" not in headers
    assert headers["vary"] == "Origin"


def test_names_and_origins_that_were_allowed() -> None:
    """A compose service's name, a page elsewhere, and a page without an origin."""
    named: dict[str, Any] = {
        "allowed_hosts": ["Cognito"],
        "allowed_origins": ["https://app.example:443", "null"],
    }
    with LocalCognito(**named) as cognito:
        assert request(cognito, {"Host": "cognito:5000"}).status == 200
        assert request(cognito, {"Host": "other:5000"}).status == 403
        for origin in ("https://app.example", "null"):
            answer = request(cognito, {"Origin": origin})
            assert answer.headers["access-control-allow-origin"] == origin
        assert request(cognito, {"Origin": "https://app.example:8443"}).status == 403
        assert request(cognito, {"Origin": "http://app.example"}).status == 403


def jwks_uri(cognito: LocalCognito, pool_id: str, host: str) -> Any:
    path = f"/{pool_id}/.well-known/openid-configuration"
    document = json.loads(request(cognito, {"Host": host}, "GET", path).text)
    region = pool_id.partition("_")[0]
    assert document["issuer"] == f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"
    return document["jwks_uri"]


def test_where_the_keys_are_is_not_the_requests_to_say() -> None:
    with LocalCognito() as cognito:
        pool_id = cognito.create_pool().pool_id
        expected = f"{cognito.endpoint_url}/{pool_id}/.well-known/jwks.json"
        assert jwks_uri(cognito, pool_id, "10.6.6.6:1") == expected
    with LocalCognito(public_url="https://cognito.example/base/") as cognito:
        pool_id = cognito.create_pool().pool_id
        expected = f"https://cognito.example/base/{pool_id}/.well-known/jwks.json"
        assert jwks_uri(cognito, pool_id, "cognito.example") == expected
        assert request(cognito, {"Origin": "https://cognito.example"}).status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("allowed_hosts", ["http://cognito"]),
        ("allowed_hosts", ["cognito:5000"]),
        ("allowed_hosts", [""]),
        ("allowed_hosts", "cognito"),
        ("allowed_origins", ["app.example"]),
        ("allowed_origins", ["https://app.example/path"]),
        ("allowed_origins", ["*"]),
        ("public_url", "cognito.example"),
        ("public_url", "ftp://cognito.example"),
        ("public_url", "https://cognito.example/?x"),
        ("public_url", "https://[cognito"),
        ("public_url", "https://user:secret@cognito.example"),
    ],
)
def test_what_cannot_be_allowed_is_refused_by_name(field: str, value: Any) -> None:
    arguments: dict[str, Any] = {field: value}
    with pytest.raises(InvalidInputError) as caught:
        LocalCognito(**arguments)
    assert caught.value.field == field


def test_an_address_that_others_reach_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"::.*is not a loopback address"):
        LocalCognito(host="::").start()


def test_the_client_uses_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    from botocore.config import Config
    from botocore.exceptions import ProxyConnectionError

    with LocalCognito() as cognito:
        for config in (None, Config(max_pool_connections=2)):
            assert cognito.client(config=config).list_user_pools(MaxResults=1)
        by_proxy = Config(proxies={"http": "http://127.0.0.1:9"}, retries={"total_max_attempts": 1})
        with pytest.raises(ProxyConnectionError):
            cognito.client(config=by_proxy).list_user_pools(MaxResults=1)
