"""Webhooks that never come: the reconciler finds what they would have told, and all ends as Stripe's objects say.

In a house of its own, where Stripe gives a webhook up after three tries within seconds and the reconciler is quick: so
webhook-ingest is down for longer than Stripe goes on trying, which no hour of real time would be.
"""

import asyncio
import time
from collections.abc import Iterator

import pytest

from lives import OrderLife, read
from running_house import RunningHouse, running_house
from settling import settled
from shop_server import Json, ShopServer
from stripes_truth import Stripe, order_by_stripe, subscription_by_stripe
from test_any_story import LIVES, SEED, Lived, assert_money_adds_up, lived, lives
from told_truth import applied_twice, order_as_told, subscription_as_told, versions_made

SETTINGS = {
    "STRIPE_SIM_WEBHOOK_ATTEMPTS": "3",
    "STRIPE_SIM_WEBHOOK_TIMEOUT_SECONDS": "0.5",
    "ORDER_SERVICE_RECONCILER_SWEEP_EVERY": "0.5",
    "ORDER_SERVICE_RECONCILER_GRACE": "1",
    "ORDER_SERVICE_RECONCILER_RATE": "100",
}
DOWN_SECONDS = 6.0
HEAL_SECONDS = 60.0


@pytest.fixture(scope="module")
def forgetful_house() -> Iterator[RunningHouse]:
    """A house to which Stripe tells little."""
    with running_house(**SETTINGS) as house:
        yield house


async def test_a_tenth_of_all_webhooks_lost_and_ingest_down_for_long_and_yet_all_ends_as_stripe_says(
    forgetful_house: RunningHouse,
) -> None:
    async with ShopServer(forgetful_house) as shop, shop.chaos(drop=0.1):
        down = asyncio.create_task(_goes_down(forgetful_house))
        async with lived(lives(shop, SEED, LIVES // 2)) as them:
            await down
            stripe = await settled(shop)
            wrong = [found for one in them if (found := await _wrong_in_the_end(shop, one, stripe))]
            assert wrong == []
            await assert_money_adds_up(shop, [one.life for one in them], stripe, SEED)
        assert await _healed(shop) > 0


async def _goes_down(house: RunningHouse) -> None:
    await asyncio.sleep(1)  # in the middle of the lives
    with house.down("webhook-ingest"):
        await asyncio.sleep(DOWN_SECONDS)


async def _wrong_in_the_end(shop: ShopServer, one: Lived, stripe: Stripe) -> Json:
    """Where what is told is not what Stripe's objects say, once there was time to heal it."""
    deadline = time.monotonic() + HEAL_SECONDS
    wrong = await _wrong(shop, one, stripe)
    while wrong and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
        wrong = await _wrong(shop, one, stripe)
    return wrong


async def _wrong(shop: ShopServer, one: Lived, stripe: Stripe) -> Json:
    life = one.life
    if isinstance(life, OrderLife):
        path, true = f"/v1/orders/{life.order_id}", order_by_stripe(stripe, life.order_id, life.ordered)
    else:
        path, true = f"/v1/subscriptions/{life.subscription_id}", subscription_by_stripe(stripe, life.stripe_id)
    if "timeline" not in (told := await read(shop, path)):
        return {"told": told}
    said = order_as_told(told) if isinstance(life, OrderLife) else subscription_as_told(told)
    unlike = {name: {"told": said[name], "true": is_} for name, is_ in true.items() if said[name] != is_}
    twice, made = applied_twice(told["timeline"]), versions_made(told["timeline"])
    doubled: Json = {"applied twice": twice, "versions": made if made != list(range(1, told["version"] + 1)) else []}
    return {**unlike, **{name: what for name, what in doubled.items() if what}}


async def _healed(shop: ShopServer) -> float:
    """How many events the reconciler wrote."""
    lines = (await shop.metrics("order-service-reconciler")).splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{HEALED}{{"))


HEALED = "order_service_reconciler_healed_events_total"
