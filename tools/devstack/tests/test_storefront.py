"""The storefront's server: files, one page for all addresses, and what the page must know."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import aiohttp
import pytest

Serve = Callable[..., AbstractAsyncContextManager[aiohttp.ClientSession]]


@pytest.fixture
async def browser(serve: Serve) -> AsyncIterator[aiohttp.ClientSession]:
    """Looks at a storefront whose services are all down."""
    async with serve() as session:
        yield session


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
    assert told["publishableKey"] == "pk_1"
    assert "sk_1" not in told.values()


async def test_no_file_outside_is_served(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/%2e%2e/secret.txt") as answer:
        assert "secret" not in await answer.text()
