"""The server itself: start, stop, isolation, addresses, HTTP, bad requests."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.local_people import Person

from cognito_srp.local import LocalCognito

TARGET = "AWSCognitoIdentityProviderService."


def post(cognito: LocalCognito, operation: str, body: Any, headers: Any = None) -> Any:
    """One raw request: status, headers, parsed body."""
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    target = {"X-Amz-Target": TARGET + operation, "Content-Type": "application/x-amz-json-1.1"}
    connection.request("POST", "/", body, {**target, **(headers or {})})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, response.headers, json.loads(text) if text else None


def test_two_servers_share_nothing() -> None:
    with LocalCognito() as one, LocalCognito() as two:
        pool = one.create_pool()
        assert [p["Id"] for p in one.client().list_user_pools(MaxResults=9)["UserPools"]] == [
            pool.pool_id
        ]
        assert two.client().list_user_pools(MaxResults=9)["UserPools"] == []


def test_state_outlives_a_restart() -> None:
    cognito = LocalCognito().start()
    pool = cognito.create_pool()
    cognito.stop()
    with pytest.raises(RuntimeError, match="not running"):
        cognito.client()
    with cognito:
        assert cognito.client().describe_user_pool(UserPoolId=pool.pool_id)


def test_mock_aws_neither_disturbs_nor_is_disturbed(person: Person, client: Any) -> None:
    import boto3
    from moto import mock_aws

    for _ in range(2):
        with mock_aws():
            mocked = boto3.client("cognito-idp", region_name="eu-west-2")
            assert mocked.list_user_pools(MaxResults=9)["UserPools"] == []
            mocked.create_user_pool(PoolName="mocked")
            assert person.tokens()["AccessToken"]
    names = [p["Name"] for p in client.list_user_pools(MaxResults=60)["UserPools"]]
    assert "mocked" not in names
    from moto.cognitoidp.responses import CognitoIdpResponse

    assert CognitoIdpResponse.initiate_auth.__module__ == "moto.cognitoidp.responses"


def test_unsigned_requests_find_their_region(cognito: LocalCognito) -> None:
    elsewhere = cognito.client(region_name="ap-south-1")
    pool_id = elsewhere.create_user_pool(PoolName="p")["UserPool"]["Id"]
    assert pool_id.startswith("ap-south-1_")
    app = elsewhere.create_user_pool_client(UserPoolId=pool_id, ClientName="c")["UserPoolClient"]
    # A client configured for another region, as an SDK without credentials would be.
    nearby = cognito.client(region_name="eu-west-2")
    nearby.sign_up(ClientId=app["ClientId"], Username="ann", Password="Correct-horse-1")
    users = elsewhere.list_users(UserPoolId=pool_id)["Users"]
    assert [user["Username"] for user in users] == ["ann"]


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            LocalCognito(port=port).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_other_machines_only_on_request(host: str) -> None:
    with pytest.raises(ValueError, match="allow_remote"):
        LocalCognito(host=host).start()


def test_all_addresses_when_asked_for() -> None:
    with LocalCognito(host="0.0.0.0", allow_remote=True) as cognito:
        assert cognito.endpoint_url.startswith("http://0.0.0.0:")


def test_connections_are_kept_alive(cognito: LocalCognito) -> None:
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/", b"{}", {"X-Amz-Target": TARGET + "GetUser"})
        connection.getresponse().read()
        sockets.add(id(connection.sock))
    assert connection.sock is not None
    assert len(sockets) == 1


def test_stopping_closes_connections() -> None:
    cognito = LocalCognito().start()
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as idle:
        idle.sendall(b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(4096)
        cognito.stop()
        assert idle.recv(4096) == b""


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("InitiateAuth", b"not json", "SerializationException"),
        ("InitiateAuth", b"\xff\xfe", "SerializationException"),
        ("InitiateAuth", b"[]", "SerializationException"),
        ("InitiateAuth", b"", "SerializationException"),
        ("InitiateAuth", b'{"AuthFlow":1,"ClientId":"x"}', "SerializationException"),
        ("InitiateAuth", b'{"AuthFlow":{},"ClientId":"x"}', "SerializationException"),
        ("InitiateAuth", b'{"AuthParameters":[]}', "SerializationException"),
        ("InitiateAuth", b'{"AuthParameters":{"USERNAME":1}}', "SerializationException"),
        ("InitiateAuth", b"{}", "InvalidParameterException"),
        ("InitiateAuth", b'{"AuthFlow":"X","ClientId":"x"}', "InvalidParameterException"),
        ("ListDevices", b'{"AccessToken":"a","Limit":"2"}', "SerializationException"),
        ("ListDevices", b'{"AccessToken":"a","Limit":61}', "InvalidParameterException"),
        ("ListDevices", b'{"AccessToken":"a b"}', "InvalidParameterException"),
        ("ListDevices", b'{"AccessToken":"a","Limit":1.5}', "SerializationException"),
        ("ListDevices", b'{"AccessToken":"a","Limit":NaN}', "SerializationException"),
        (
            "ListDevices",
            b'{"Limit":1' + b"0" * 5000 + b"}",
            "SerializationException",
        ),
        ("InitiateAuth", b'{"ClientId":"\\ud800"}', "SerializationException"),
        ("InitiateAuth", b"[" * 200_000, "SerializationException"),
        ("Nonsense", b"{}", "UnknownOperationException"),
        ("_perform", b"{}", "UnknownOperationException"),
    ],
)
def test_bad_requests(cognito: LocalCognito, operation: str, body: Any, code: Any) -> None:
    status, _, answer = post(cognito, operation, body)
    assert (status, answer["__type"]) == (400, code)


def test_an_operation_that_is_not_here_is_named(cognito: LocalCognito) -> None:
    status, _, answer = post(cognito, "StartWebAuthnRegistration", b'{"AccessToken":"a"}')
    assert (status, answer["__type"]) == (501, "NotImplementedException")
    assert "StartWebAuthnRegistration" in answer["message"]


def test_breaches_are_listed(cognito: LocalCognito) -> None:
    _, _, answer = post(cognito, "ConfirmDevice", b'{"DeviceKey":"","DeviceName":""}')
    assert answer["message"].startswith("4 validation errors detected: Value null at 'accessToken'")
    assert "Member must have length greater than or equal to 1" in answer["message"]


def test_secrets_are_not_repeated(cognito: LocalCognito) -> None:
    body = b'{"AccessToken":"se cret","DeviceKey":"a_0"}'
    _, _, answer = post(cognito, "ConfirmDevice", body)
    assert "se cret" not in json.dumps(answer)


def test_a_parameter_inside_a_password_is_no_parameter(person: Person, client: Any) -> None:
    """moto reads a JSON body as a query string first: there, this names another user."""
    password = "Correct-1&Username=admin&x="
    client.admin_set_user_password(
        UserPoolId=person.pool.pool_id, Username=person.username, Password=password, Permanent=True
    )
    person.password = password
    person.tokens()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Content-Length: 1048577", b"413"),
        (b"Content-Length: -1", b"411"),
        (b"Content-Length: many", b"411"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: " + b"9" * 5000, b"413"),
        (b"Content-Length: \xb2", b"411"),
        (b"Content-Length: 2\r\nContent-Length: 3", b"411"),
    ],
)
def test_bodies_that_are_not_read(cognito: LocalCognito, header: Any, status: Any) -> None:
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n")
        answer = b""
        while part := connection.recv(4096):  # until the server closes
            answer += part
    assert answer.split()[1] == status


def test_well_known_documents(person: Person, cognito: LocalCognito) -> None:
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    for document, key in (("jwks.json", "keys"), ("openid-configuration", "issuer")):
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", f"/{person.pool.pool_id}/.well-known/{document}")
        response = connection.getresponse()
        assert response.status == 200
        assert key in json.loads(response.read())
    connection.request("GET", "/eu-west-2_unknown/.well-known/jwks.json")
    assert connection.getresponse().status == 404


def test_many_sign_ins_at_once(person: Person) -> None:
    failures = []

    def work() -> None:
        try:
            for _ in range(3):
                person.with_device(person.confirm()).run()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_burst_of_connections(cognito: LocalCognito) -> None:
    """Five hundred at once, before the first request of any; each is answered twice."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    request = f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: {TARGET}GetUser\r\n"
    request += "Content-Length: 2\r\n\r\n{}"
    with contextlib.ExitStack() as stack:
        address = (host, int(port))
        connections = [
            stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(500)
        ]
        for _ in range(2):
            for connection in connections:
                connection.sendall(request.encode())
            for connection in connections:
                response = http.client.HTTPResponse(connection)
                response.begin()
                assert json.loads(response.read())["__type"] == "InvalidParameterException"
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_one_challenge_raced_for_is_won_once(person: Person) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof()
    won = []

    def answer() -> None:
        try:
            won.append(sign_in.respond("PASSWORD_VERIFIER", proof))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NotAuthorizedException"  # noqa: PT017

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_pool_has_the_fields_that_moto_gives_one(cognito: LocalCognito) -> None:
    """Pool.__init__ stands in for moto's."""
    from moto.cognitoidp.models import CognitoIdpUserPool

    theirs: Any
    ours: Any
    config: dict[str, Any] = {
        "Schema": [{"Name": "x", "AttributeDataType": "String"}],
        "UsernameAttributes": [],
    }
    for given in (dict[str, Any](), config):
        theirs = CognitoIdpUserPool("123456789012", "eu-west-2", "name", dict(given))
        pool_id = cognito.create_pool("name", remember_devices="no", **given).pool_id
        ours = cognito._app.state.pool(pool_id)
        assert set(vars(theirs)) - set(vars(ours)) == {"json_web_key"}  # see store/signing.py
        described = (theirs.to_json(extended=True), ours.to_json(extended=True))
        for description in described:
            for name in ("Id", "Arn", "CreationDate", "LastModifiedDate", "PoolName"):
                description.pop(name, None)
        assert described[0] == described[1]


def run(code: Any, **settings: Any) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        **settings,
    )
    return done.stdout.strip()


def test_importing_is_cheap() -> None:
    heavy = "{'moto', 'boto3', 'botocore', 'werkzeug', 'http.server'} & set(sys.modules)"
    for module in ("cognito_srp.local", "cognito_srp.local.pytest_plugin"):
        assert run(f"import sys, {module}; print({heavy})") == "set()"


def test_a_missing_moto_is_explained() -> None:
    code = (
        "import sys; sys.modules['moto'] = None\n"
        "from cognito_srp.local import LocalCognito\n"
        "try: LocalCognito()\n"
        "except ImportError as error: print(error)"
    )
    assert "pip install 'srp-native[local]'" in run(code)


def test_the_fixture(tmp_path: Path) -> None:
    """As a user's project gets it, but for the entry point that names the plugin."""
    test = tmp_path / "test_it.py"
    test.write_text("def test_it(local_cognito): assert local_cognito.create_pool().client_id\n")
    code = (
        "import sys, pytest\n"
        f"sys.exit(pytest.main(['-q', '-p', 'cognito_srp.local.pytest_plugin', {str(test)!r}]))"
    )
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    assert "1 passed" in run(code, cwd=tmp_path, env=environment)
