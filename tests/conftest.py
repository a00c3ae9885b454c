"""What every story needs: the house, a person with a browser, and a server that speaks to the API."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from buyer import Buyer
from chromium import chromium_or_skip, running_chromium
from keeper import Keeper
from running_house import RunningHouse, running_house
from shop_server import ShopServer

HERE = Path(__file__).parent
PATIENCE_SECONDS = 300
PAGE_MILLISECONDS = 20_000
"""A busy machine takes its time; nothing waits longer than it must."""


class StoriesTogether(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist's base is untyped here
    """Gives each test to whoever is free, and all stories to one worker, as they share one house.

    `--dist loadgroup` would be the way, but does not group under pytest 9.2 (pytest-xdist, "`--dist=loadgroup`
    silently stops grouping on pytest main").
    """

    def _split_scope(self, nodeid: str) -> str:
        return "house" if nodeid.startswith(f"{HERE.name}/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> StoriesTogether:
    """Take ours, whatever `--dist` says."""
    return StoriesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every story stands on the real parts, and the first one waits for the house to come up."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.integration)
            item.add_marker(pytest.mark.timeout(PATIENCE_SECONDS))
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def house() -> Iterator[RunningHouse]:
    """The whole house, up."""
    with running_house() as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def shop(house: RunningHouse) -> AsyncIterator[ShopServer]:
    """A shop's own server, which holds the secret keys."""
    async with ShopServer(house) as shop:
        yield shop


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser's program."""
    return chromium_or_skip()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """The browser, in which every story has a profile of its own."""
    async with running_chromium(chromium_path) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def buyer(browser: Browser, house: RunningHouse) -> AsyncIterator[Buyer]:
    """Somebody at the storefront; an error in their browser's console fails the story."""
    expect.set_options(timeout=PAGE_MILLISECONDS)
    context = await browser.new_context(base_url=house.url("storefront"), reduced_motion="reduce")
    buyer = Buyer(context, await context.new_page())
    yield buyer
    await context.close()
    assert buyer.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def keeper(browser: Browser, house: RunningHouse) -> AsyncIterator[Keeper]:
    """Somebody of the shop's staff; an error in their browser's console fails the story too."""
    context = await browser.new_context(base_url=house.url("storefront"), reduced_motion="reduce")
    keeper = Keeper(context, await context.new_page())
    yield keeper
    await context.close()
    assert keeper.complaints == []
