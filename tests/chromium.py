"""The browser of the stories."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from devstack.chromium import SETTING, find_chromium

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = f"No Chromium: set {SETTING}, run `playwright install chromium`, or install Debian's package."


def chromium_or_skip() -> Path:
    """Where it lies. Without one the story is skipped, or has failed where REQUIRE_BROWSER=1 says so."""
    found = find_chromium()
    if found:
        return found
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@asynccontextmanager
async def running_chromium(path: Path) -> AsyncIterator[Browser]:
    """Started, and ended afterwards."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        await browser.close()
