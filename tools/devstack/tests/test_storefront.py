"""The storefront's server: files, one page for all addresses, and what the page must know."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from devstack.ports import free_port
from devstack.readiness import http_ready


def _serve(settings: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "devstack.storefront"], env={**os.environ, **settings})


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Looks at a storefront of one page and one asset."""
    files = tmp_path / "dist"
    (files / "assets").mkdir(parents=True)
    (files / "index.html").write_text("<title>shop</title>")
    (files / "assets" / "main-1a2b.js").write_text("let shop = 1;" * 200)
    (tmp_path / "secret.txt").write_text("secret")
    port = free_port()
    settings = {"STOREFRONT_FILES": str(files), "STOREFRONT_PORT": str(port), "STOREFRONT_PUBLISHABLE_KEY": "pk_1"}
    server = _serve(settings)
    while not await http_ready(f"http://127.0.0.1:{port}/readyz"):
        assert server.poll() is None
        await asyncio.sleep(0.02)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    server.terminate()
    server.wait(10)


@pytest.mark.parametrize("address", ["/", "/success", "/orders/ord_1?paid=1"])
async def test_every_address_of_the_shop_is_the_page(browser: aiohttp.ClientSession, address: str) -> None:
    async with browser.get(address) as answer:
        assert (answer.status, await answer.text()) == (200, "<title>shop</title>")
        assert answer.headers["cache-control"] == "no-cache"


async def test_a_missing_asset_is_missing(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/assets/gone-3c4d.js") as answer:
        assert answer.status == 404


async def test_assets_are_kept_for_good_and_sent_small(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/assets/main-1a2b.js") as answer:
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"


async def test_the_page_is_told_its_settings_afresh(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/config.json") as answer:
        told = await answer.json()
        assert answer.headers["cache-control"] == "no-store"
    assert told == {"publishableKey": "pk_1", "intentApiUrl": None, "stripeJsUrl": None, "stripeApiUrl": None}


async def test_no_file_outside_is_served(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/%2e%2e/secret.txt") as answer:
        assert "secret" not in await answer.text()
