"""A package's own test suite with srp_native under the package. Arguments: how, what, tests.

    own_suite.py install srp FILE           a script of unittest, of which its test cases alone run
    own_suite.py install srptools FOLDER    pytest's
    own_suite.py under pyhap.hsrp FILE …

Prints as JSON how many tests passed, and how many powers were asked of srp_native.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import json
import sys
import unittest
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

from srp_native import _builtin_pow, _openssl_pow, backends

powers: Counter[str] = Counter()


class Plugin:
    """Counts what passed, and has the fixture that HAP-python's sdist leaves out."""

    passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed

    @pytest.fixture
    def driver(self, tmp_path: Path) -> Iterator[Any]:
        """An accessory driver that announces itself to nobody."""
        from pyhap.accessory_driver import AccessoryDriver

        loop = asyncio.new_event_loop()
        yield AccessoryDriver(
            loop=loop,
            async_zeroconf_instance=MagicMock(),
            persist_file=str(tmp_path / "accessory.state"),
            address="127.0.0.1",
        )
        loop.close()


def count(module: ModuleType, name: str) -> None:
    real = getattr(module, name)

    def counting(*arguments: Any, **named: Any) -> Any:
        powers[f"{module.__name__}.{name}"] += 1
        return real(*arguments, **named)

    setattr(module, name, counting)


def with_pytest(*tests: str) -> int:
    plugin = Plugin()
    options = ["-q", "-c", "/dev/null", "--import-mode=importlib", "-o", "asyncio_mode=auto"]
    failed = pytest.main([*options, "-p", "no:cacheprovider", *tests], plugins=[plugin])
    return 0 if failed else plugin.passed


def with_unittest(script: str) -> int:
    """The script's test cases; at its end it runs them by itself, and measurements after them."""
    kept: list[ast.stmt] = [
        node
        for node in ast.parse(Path(script).read_text()).body
        if isinstance(node, (ast.Import, ast.ClassDef))
        or (isinstance(node, ast.Assign) and "test_" in ast.unparse(node.targets[0]))
    ]
    namespace: dict[str, Any] = {"__name__": "own_suite_tests"}
    exec(compile(ast.Module(kept, []), script, "exec"), namespace)
    cases = [kind for kind in namespace.values() if isinstance(kind, type)]
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(map(loader.loadTestsFromTestCase, cases))
    result = unittest.TextTestRunner(stream=sys.stderr).run(suite)
    return result.testsRun if result.wasSuccessful() else 0


def main(how: str, what: str, *tests: str) -> None:
    for module, name in (
        (_builtin_pow, "powmod"),
        (_builtin_pow, "powmod_other"),
        (_openssl_pow, "powmod"),
    ):
        count(module, name)
    if how == "install":
        installation = backends.install(what)
    else:
        installation = backends.under(importlib.import_module(what))
    with installation:
        print(installation, file=sys.stderr)
        passed = with_unittest(*tests) if what == "srp" else with_pytest(*tests)
    print("\n" + json.dumps({"passed": passed, "powers": powers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
