"""What every story needs: the house, a person with a browser, and a server that speaks to the API."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from buyer import Buyer
from chromium import chromium_or_skip, running_chromium
from running_house import RunningHouse, running_house
from shop_server import ShopServer

HERE = Path(__file__).parent
PATIENCE_SECONDS = 300
"""The first story waits for the house to come up."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All stories share one house, so they run in one worker (`--dist loadgroup`)."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("house"))
            item.add_marker(pytest.mark.integration)
            item.add_marker(pytest.mark.timeout(PATIENCE_SECONDS))


@pytest.fixture(scope="session")
def house() -> Iterator[RunningHouse]:
    """The whole house, up."""
    with running_house() as house:
        yield house


@pytest.fixture
async def shop(house: RunningHouse) -> AsyncIterator[ShopServer]:
    """A shop's own server, which holds the secret keys."""
    async with ShopServer(house) as shop:
        yield shop


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser's program."""
    return chromium_or_skip()


@pytest.fixture
async def buyer(chromium_path: Path, house: RunningHouse) -> AsyncIterator[Buyer]:
    """Somebody at the storefront; an error in their browser's console fails the story."""
    async with running_chromium(chromium_path) as browser:
        context = await browser.new_context(base_url=house.url("storefront"), reduced_motion="reduce")
        buyer = Buyer(context, await context.new_page())
        yield buyer
        await context.close()
        assert buyer.complaints == []
