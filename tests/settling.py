"""When all that was set going has come to its end: at Stripe, on the way, and in order-service."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from lives import PATIENCE_SECONDS, OrderLife, read
from shop_server import ShopServer
from stripes_truth import KINDS, Object, Stripe, invoices_of
from subscriber_lives import SubscriptionLife

DISPUTING_CARDS = ("0259", "1976")
FAILING_REFUNDS = ("5126",)
"""By the last digits of the cards: what a bank does with them a little later, it has not done yet."""
BANKS_SECONDS = 4
"""A bank takes one here, and a busy machine a little longer."""
WAITING = re.compile(r"^stripe_sim_deliveries_waiting (\S+)$", re.MULTILINE)


async def until(shows: Callable[[], Awaitable[Any]], what: str) -> None:
    """Return as soon as it shows nothing any more that is still to come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rest := await shows():
        assert time.monotonic() < deadline, f"{what}: {rest}"
        await asyncio.sleep(0.2)


async def settled(shop: ShopServer) -> Stripe:
    """Stripe, once no bank has anything more to do and every event has been delivered."""
    await until(lambda: _under_way(shop), "still under way at Stripe")
    return await everything(shop)


async def everything(shop: ShopServer) -> Stripe:
    """All objects that Stripe has."""
    return Stripe({kind: {one["id"]: one for one in await _every(shop, kind)} for kind in KINDS})


async def _every(shop: ShopServer, kind: str) -> list[Object]:
    found: list[Object] = []
    more = "&status=all" if kind == "subscriptions" else ""
    page: Object = {"has_more": True}
    while page["has_more"]:
        after = f"&starting_after={found[-1]['id']}" if found else ""
        page = await shop.stripe("GET", f"/v1/{kind}?limit=100{more}{after}")
        found += page["data"]
    return found


async def _under_way(shop: ShopServer) -> list[str]:
    """What a bank, or a delivery, has still to do."""
    stripe = await everything(shop)
    intents = [one["id"] for one in stripe.of("payment_intents", status="processing")]
    refunds = [one["id"] for one in stripe.of("refunds") if one["status"] == "pending" or _will_fail(stripe, one)]
    charges = [one["id"] for one in stripe.of("charges", status="succeeded") if _may_be_disputed(stripe, one)]
    disputes = [one["id"] for one in stripe.of("disputes") if _will_be_decided(one)]
    waiting = WAITING.search(await shop.metrics("stripe-sim"))
    assert waiting, "stripe-sim does not say how many deliveries wait"
    deliveries = [f"{waiting[1]} deliveries"] if float(waiting[1]) else []
    return [*intents, *refunds, *charges, *disputes, *deliveries]


def _will_fail(stripe: Stripe, refund: Object) -> bool:
    moved = refund["status"] == "succeeded" and refund["balance_transaction"]
    return bool(moved and _last4(stripe.objects["charges"][refund["charge"]]) in FAILING_REFUNDS)


def _may_be_disputed(stripe: Stripe, charge: Object) -> bool:
    """A bank that has not complained in time does so no more: all was refunded then, and a refund failed later."""
    if charge["disputed"] or not charge["captured"] or _last4(charge) not in DISPUTING_CARDS:
        return False
    captured_at = stripe.objects["balance_transactions"][charge["balance_transaction"]]["created"]
    return bool(time.time() < captured_at + BANKS_SECONDS)


def _will_be_decided(dispute: Object) -> bool:
    said, status = dispute["evidence"]["uncategorized_text"] or "", dispute["status"]
    if said == "escalate_inquiry_evidence":
        return bool(status == "warning_under_review")
    return said.endswith("_evidence") and status in ("under_review", "warning_under_review")


def _last4(charge: Object) -> str:
    return str((charge["payment_method_details"].get("card") or {}).get("last4"))


async def order_heard_of(shop: ShopServer, life: OrderLife, stripe: Stripe) -> Object:
    """The order as it is told once it has heard of each of its events."""
    things = [*stripe.intents_of(life.order_id), *stripe.sessions_of(life.order_id)]
    return await _heard(shop, f"/v1/orders/{life.order_id}", stripe.events_about(thing["id"] for thing in things))


async def subscription_heard_of(shop: ShopServer, life: SubscriptionLife, stripe: Stripe) -> Object:
    """The subscription as it is told once it has heard of each of its events."""
    ids = [life.stripe_id, *(invoice["id"] for invoice in invoices_of(stripe, life.stripe_id))]
    return await _heard(shop, f"/v1/subscriptions/{life.subscription_id}", stripe.events_about(ids))


async def _heard(shop: ShopServer, path: str, events: set[str]) -> Object:
    async def unheard() -> set[str]:
        told = {line["event_id"] for line in (await read(shop, path)).get("timeline", [])}
        return events - told

    await until(unheard, f"events of Stripe that {path} does not tell of")
    return await read(shop, path)
