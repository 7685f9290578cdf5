"""Makes the pictures of the console that docs/local-cognito.md shows.

PYTHONPATH=tests python -m support.console_pictures
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from cognito_srp.local import LocalCognito
from support.browser import chromium
from support.console_people import shop
from support.source_tree import ROOT

__all__ = ["take_pictures"]

#: File → colours, width and height. 400 pixels are a narrow telephone's.
_PICTURES = {
    "console-light.png": ("light", 1200, 1500),
    "console-dark.png": ("dark", 1200, 1500),
    "console-narrow.png": ("light", 400, 1500),
}


def take_pictures(browser: Any, folder: Path) -> None:
    """Puts them into a folder, in 64 colours: under 100 kB each."""
    from PIL import Image  # not there where nobody takes pictures

    with LocalCognito() as cognito:
        shop(cognito)
        for name, (scheme, width, height) in _PICTURES.items():
            page = browser.new_page(
                color_scheme=scheme,
                reduced_motion="reduce",
                viewport={"width": width, "height": height},
            )
            page.goto(cognito.endpoint_url)
            page.get_by_text("connected", exact=True).wait_for()
            page.locator("details:not(.pool) > summary").first.click()
            page.evaluate("scrollTo(0, 0)")
            taken = Image.open(io.BytesIO(page.screenshot()))
            taken.convert("RGB").quantize(64).save(folder / name, optimize=True)
            page.close()


if __name__ == "__main__":
    with chromium() as started:
        take_pictures(started, ROOT / "docs")
