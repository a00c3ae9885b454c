"""Whatever becomes of many orders and subscriptions, and however badly it is told: they are what Stripe's objects say.

`STORIES_LIVES=500 STORIES_SEED=7 pytest tests/test_any_story.py -n0` tells more of them, and others.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from faithful_watcher import FaithfulWatcher, faithful_watcher
from lives import Life, OrderLife
from running_house import RunningHouse
from settling import order_heard_of, settled, subscription_heard_of, until
from shop_server import Json, ShopServer
from stripes_truth import Stripe, moved_by, order_by_stripe, subscription_by_stripe
from subscriber_lives import SubscriptionLife
from told_truth import applied_twice, differs, order_as_told, subscription_as_told, versions_made

SEED = int(os.environ.get("STORIES_SEED", "4"))
LIVES = int(os.environ.get("STORIES_LIVES", "40"))
AT_ONCE = 12
TROUBLE: Json = {
    "duplicate": 0.3,
    "delay": 0.3,
    "delay_seconds": 0.8,
    "reorder": 0.5,
    "reorder_seconds": 0.4,
    "late_failure": 0.5,
    "late_failure_seconds": 1,
}


@dataclass(frozen=True)
class Lived:
    """A life that is over, and who watched it."""

    life: OrderLife | SubscriptionLife
    watcher: FaithfulWatcher


def lives(shop: ShopServer, seed: int, number: int) -> list[OrderLife | SubscriptionLife]:
    """So many, of which every seventh is a subscription's; each has chance of its own."""
    kinds = [SubscriptionLife if one % 7 == 6 else OrderLife for one in range(number)]
    return [kind(shop, random.Random(f"{seed}/{one}")) for one, kind in enumerate(kinds)]


@asynccontextmanager
async def lived(born: Sequence[OrderLife | SubscriptionLife]) -> AsyncIterator[list[Lived]]:
    """They live, a few at a time; who watches goes on watching."""
    turn = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as watchers:

        async def live(life: OrderLife | SubscriptionLife) -> Lived:
            async with turn:
                await life.begin()
                watcher = await watchers.enter_async_context(faithful_watcher(life.stream))
                await life.live(life.chance.randint(2, 14))
            return Lived(life, watcher)

        yield await asyncio.gather(*(live(life) for life in born))


async def wrong_with_order(shop: ShopServer, one: Lived, stripe: Stripe) -> Json:
    """Where what is told of an order is not what Stripe's objects say: (told, true) by name."""
    life = one.life
    assert isinstance(life, OrderLife)
    order = await order_heard_of(shop, life, stripe)
    true, told = order_by_stripe(stripe, life.order_id, life.ordered), order_as_told(order)
    return {**_unlike(told, true), **await _wrongly_told(order, one.watcher)}


async def wrong_with_subscription(shop: ShopServer, one: Lived, stripe: Stripe) -> Json:
    """The same for a subscription."""
    life = one.life
    assert isinstance(life, SubscriptionLife)
    subscription = await subscription_heard_of(shop, life, stripe)
    true, told = subscription_by_stripe(stripe, life.stripe_id), subscription_as_told(subscription)
    return {**_unlike(told, true), **await _wrongly_told(subscription, one.watcher)}


def _unlike(told: Json, true: Json) -> Json:
    return {name: {"told": told[name], "true": is_} for name, is_ in true.items() if told[name] != is_}


async def _wrongly_told(read: Json, watcher: FaithfulWatcher) -> Json:
    """Events that took effect twice, versions that are missing, and a WebSocket that told something else."""
    frame = await watcher.until_version(read["version"])
    made = versions_made(read["timeline"])
    wrong: Json = {
        "applied twice": applied_twice(read["timeline"]),
        "last frame": differs(frame, read),
        "versions": made if made != list(range(1, read["version"] + 1)) else [],
        "frames": [] if watcher.rises else watcher.connections,
    }
    return {name: what for name, what in wrong.items() if what}


async def assert_all_is_true(shop: ShopServer, them: Sequence[Lived], seed: int) -> None:
    """Everything that anybody is told is what Stripe's objects say."""
    stripe, wrong = await settled(shop), []
    for one in them:
        ask = wrong_with_order if isinstance(one.life, OrderLife) else wrong_with_subscription
        if found := await ask(shop, one, stripe):
            wrong.append("\n  ".join([f"{found}", *one.life.diary]))
    assert not wrong, f"STORIES_SEED={seed}: {len(wrong)} of {len(them)} are wrong\n" + "\n".join(wrong)
    await assert_money_adds_up(shop, [one.life for one in them], stripe, seed)


async def assert_money_adds_up(shop: ShopServer, them: Sequence[Life], stripe: Stripe, seed: int) -> None:
    """What all orders say they brought is what moved Stripe's balance."""
    told: Counter[str] = Counter()
    order_ids = [life.order_id for life in them if isinstance(life, OrderLife)]
    for order_id in order_ids:
        order = await shop.order(order_id)
        assert order is not None
        told[order["currency"]] += order["captured"] - order["refunded"] - order["disputed"]
    assert told == moved_by(stripe, order_ids), f"STORIES_SEED={seed}"


async def test_whatever_happens_orders_and_subscriptions_are_what_stripes_objects_say(shop: ShopServer) -> None:
    async with shop.chaos(**TROUBLE), lived(lives(shop, SEED, LIVES)) as them:
        await assert_all_is_true(shop, them, SEED)


@pytest.mark.parametrize("program", ["order-service", "notifier"])
async def test_a_service_killed_in_the_middle_of_the_lives_loses_and_doubles_nothing(
    shop: ShopServer, house: RunningHouse, program: str
) -> None:
    born = lives(shop, SEED + 1, LIVES // 4)

    async def kill() -> None:
        await until(in_the_middle, "the lives do not begin")
        await house.kill(program)

    async def in_the_middle() -> int:
        return max(0, 2 * len(born) - sum(len(life.diary) for life in born))

    killing = asyncio.create_task(kill())
    async with shop.chaos(**TROUBLE, same_second=True), lived(born) as them:
        await killing
        await assert_all_is_true(shop, them, SEED + 1)
