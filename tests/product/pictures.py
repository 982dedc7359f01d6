"""Pictures of the page for the README: left in the folder that COLLOQUY_SCREENSHOTS names, if it does."""

import os
from pathlib import Path

from playwright.sync_api import Page


def picture(page: Page, name: str, top: str = "") -> None:
    """The page in light and dark, on a desktop and on a phone; what ``top`` selects is brought up first."""
    folder = os.environ.get("COLLOQUY_SCREENSHOTS")
    if not folder:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height, size in ((1280, 800, "desktop"), (390, 844, "phone")):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)
            if top:
                page.locator(top).first.evaluate("(place) => place.scrollIntoView({ behavior: 'instant' })")
                page.wait_for_timeout(400)
            page.screenshot(path=Path(folder) / f"{name}-{size}-{scheme}.png")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")
