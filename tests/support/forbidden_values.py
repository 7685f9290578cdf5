"""A plugin for pytest: which tests call Cognito with values that the service's model forbids.

In a checkout of moto, with `tests` of this project on PYTHONPATH:

    python -m pytest -p support.forbidden_values tests/test_cognitoidp
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient

from cognito_srp.local.refusals import Refusal
from cognito_srp.local.server.validation import validate

_found: dict[str, str] = {}
_running: list[str] = []
_clients: Any = BaseClient
_call = _clients._make_api_call


def _checked(client: Any, operation: str, params: Any) -> Any:
    if client.meta.service_model.service_name == "cognito-idp" and _running:
        try:
            validate(operation, params)
        except Refusal as refusal:
            _found.setdefault(_running[-1], f"{operation}: {refusal.message}")
    return _call(client, operation, params)


_clients._make_api_call = _checked


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: Any) -> Any:
    _running.append(item.nodeid)
    yield
    _running.clear()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for test, why in _found.items():
        terminalreporter.write_line(f"{test}: {why}")
    terminalreporter.write_line(f"{len(_found)} tests send values that the model forbids")
