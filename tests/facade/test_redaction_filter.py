"""Which records the filter changes, in which loggers, and what it costs."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from functools import partial
from typing import Any

import pytest

from cognito_srp import redaction
from cognito_srp.local import LocalPool
from cognito_srp.redaction import HIDDEN


def fill(shape: Any, path: str, leaves: dict[str, str], hidden: bool = False) -> Any:
    """A value of that shape, a different one in every leaf; `leaves` says which are secret."""
    hidden = hidden or bool(shape.metadata.get("sensitive"))
    if path.count(".") > 12:
        return None
    if shape.type_name == "structure":
        return {
            name: fill(member, f"{path}.{name}", leaves, hidden)
            for name, member in shape.members.items()
        }
    if shape.type_name == "list":
        return [fill(shape.member, f"{path}.0", leaves, hidden)]
    if shape.type_name == "map":
        return {"KEY": fill(shape.value, f"{path}.KEY", leaves, hidden)}
    leaf = f"<{path}>"
    leaves[leaf] = "secret" if hidden else "open"
    return leaf


def test_what_the_service_model_marks_is_hidden_and_nothing_else(log: io.StringIO) -> None:
    """Every member of every operation, by the model: marked ones and the filter's own few."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("cognito-idp")
    endpoint, parsers = map(logging.getLogger, ("botocore.endpoint", "botocore.parsers"))
    assert len(model.operation_names) > 100
    secrets = 0
    for name in model.operation_names:
        operation = model.operation_model(name)
        leaves: dict[str, str] = {}
        sent = fill(operation.input_shape, f"{name}.in", leaves)
        request = {"body": json.dumps(sent).encode(), "headers": {}, "context": {}}
        log.truncate(0)
        with redaction.install():
            endpoint.debug("Making request for %s with params: %s", operation, request)
            if operation.output_shape is not None:
                answer = fill(operation.output_shape, f"{name}.out", leaves)
                parsers.debug("Response body:\n%r", json.dumps(answer).encode())
        text = log.getvalue()
        for leaf, kind in leaves.items():
            unmarked = any(part in redaction._UNMARKED for part in leaf.strip("<>").split("."))
            assert (leaf not in text) == (kind == "secret" or unmarked), leaf
        secrets += list(leaves.values()).count("secret")
    assert secrets > 200


def test_the_few_that_the_model_does_not_mark_are_in_it() -> None:
    import botocore.session

    model = botocore.session.get_session().get_service_model("cognito-idp")
    shapes = [model.shape_for(name) for name in model.shape_names]
    members = {key for shape in shapes for key in getattr(shape, "members", {})}
    assert members >= redaction._UNMARKED


@pytest.mark.parametrize("logger", ["aiobotocore.endpoint", "botocore.a.logger.to.come"])
def test_any_logger_below_those_of_the_three(log: io.StringIO, logger: str) -> None:
    with redaction.install():
        logging.getLogger(logger).debug("sent %s", {"headers": {}, "body": b'{"a": "hunter2"}'})
        logging.getLogger(logger).debug("Response body:\n%s", b"<xml>hunter2</xml>")
        logging.getLogger(logger).debug("headers %r", {"Authorization": "hunter2", "ok": "shown"})
        logging.getLogger("urllib3.connectionpool").debug("%s", "GET /?token=hunter2 HTTP/1.1")
        logging.getLogger("botocore.x").debug("eyJhbGciOiJSUzI1NiJ9.hunter2.sig in the text")
        logging.getLogger("mine").debug("hunter3 is %s", "mine to log")
    assert "hunter2" not in log.getvalue()
    assert "hunter3 is mine to log" in log.getvalue()
    assert "'ok': 'shown'" in log.getvalue()


def test_two_threads_do_not_mix_their_operations(log: io.StringIO) -> None:
    """An answer is judged by the operation of its own thread, and not shown without one."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("cognito-idp")
    parsers = logging.getLogger("botocore.parsers")
    body = b'{"UserCode": "hunter2", "Status": "SUCCESS"}'
    with redaction.install():
        logging.getLogger("botocore.endpoint").debug(
            "Making request for %s", model.operation_model("VerifySoftwareToken")
        )
        parsers.debug("Response body:\n%r", body)
        other = threading.Thread(target=parsers.debug, args=("Response body:\n%r", body))
        other.start()
        other.join()
    assert "hunter2" not in log.getvalue()
    assert log.getvalue().count("SUCCESS") == 1


def test_what_cannot_be_redacted_is_not_logged(log: io.StringIO) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError

    with redaction.install():
        logging.getLogger("botocore.x").debug("%s %s", "hunter2", Odd())
    assert log.getvalue() == "a record that could not be redacted\n"


def test_on_and_off_again() -> None:
    before = logging.getLogRecordFactory()
    with redaction.install():
        on = logging.getLogRecordFactory()
        with redaction.install():
            assert logging.getLogRecordFactory() is on
        assert logging.getLogRecordFactory() is on is not before
    assert logging.getLogRecordFactory() is before
    redaction.uninstall()
    assert logging.getLogRecordFactory() is before


def test_off_below_another_factory(log: io.StringIO) -> None:
    before = logging.getLogRecordFactory()
    redaction.install()
    below = logging.getLogRecordFactory()
    logging.setLogRecordFactory(partial(below))
    try:
        logging.getLogger("botocore.x").debug("%r", {"Authorization": "hunter2"})
        redaction.uninstall()
        logging.getLogger("botocore.x").debug("%r", {"Authorization": "hunter3"})
    finally:
        logging.setLogRecordFactory(before)
    assert "hunter2" not in log.getvalue()
    assert "hunter3" in log.getvalue()
    assert HIDDEN in log.getvalue()


def test_it_costs_nothing_while_debug_logging_is_off(
    client: Any, pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No record is made, so nothing is redacted."""
    redacted: list[str] = []
    monkeypatch.setattr(redaction, "_redact", lambda record: redacted.append(record.name))
    with redaction.install():
        client.describe_user_pool(UserPoolId=pool.pool_id)
    assert redacted == []


def test_it_loads_nothing() -> None:
    code = (
        "import sys\n"
        "from cognito_srp import redaction\n"
        "redaction.install()\n"
        "assert not {'boto3', 'botocore', 'urllib3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
