"""A headless Chromium for tests, and pages for it from a port of their own."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["ANOTHER_SITE", "bundle", "chromium", "installed", "served"]

#: A name that this machine has for `chromium` alone: pages of a site that is not localhost.
ANOTHER_SITE = "app.example"

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str:
    """The path of Chromium. Skips where there is none."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    return path or pytest.skip("no Chromium is installed")


@contextmanager
def chromium() -> Iterator[Any]:
    """A `playwright.sync_api.Browser`. Skips where there is no Chromium, or no playwright."""
    why = "the extra [release] is not installed"
    playwright = pytest.importorskip("playwright.sync_api", reason=why)
    path = installed()
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {ANOTHER_SITE} 127.0.0.1"]
        browser = started.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def bundle(modules: Path, script: Path, folder: Path) -> None:
    """Puts a page into the folder, `index.html`, that runs a script with what it imports."""
    esbuild = modules / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=iife", f"--outfile={folder / 'page.js'}"]
    environment = {"NODE_PATH": str(modules / "node_modules")}
    subprocess.run([esbuild, script, *options], env=environment, capture_output=True, check=True)
    html = "<!doctype html><title>A page</title><script src=page.js></script>"
    (folder / "index.html").write_text(html)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a web server for the files of a folder, on a free port of localhost."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""
