"""In which of Stripe's two forms the house hears of what happens, and what Stripe's API does meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from settling import until
from shop_server import Json, ShopServer

Form = Literal["snapshot", "thin"]
FETCHED: Final = ("payment_intents", "charges")
"""What a card payment's thin events are about."""
ALWAYS: Final = 1_000_000


@asynccontextmanager
async def told_only(shop: ShopServer, form: Form) -> AsyncIterator[None]:
    """The house hears in this form alone for a while; otherwise it hears in both."""
    await _switch_other(shop, form, on=False)
    try:
        yield
    finally:
        await _switch_other(shop, form, on=True)


async def _switch_other(shop: ShopServer, form: Form, *, on: bool) -> None:
    """Enable or disable the endpoint of the form that is not this one."""
    if form == "snapshot":
        thin = (await shop.stripe_v2("GET", "/core/event_destinations"))["data"][0]["id"]
        switched = await shop.stripe_v2("POST", f"/core/event_destinations/{thin}/{'enable' if on else 'disable'}")
    else:
        whole = (await shop.stripe("GET", "/v1/webhook_endpoints"))["data"][0]["id"]
        form_data = {"disabled": "false" if on else "true"}
        switched = await shop.stripe("POST", f"/v1/webhook_endpoints/{whole}", form_data)
    assert switched["status"] == ("enabled" if on else "disabled"), switched


async def events_about(shop: ShopServer, *things: str) -> list[str]:
    """The ids of the events about these objects, or about what belongs to one of them; the oldest first."""
    events = (await shop.stripe("GET", "/v1/events?limit=100"))["data"]
    return [event["id"] for event in reversed(events) if _names(event) & set(things)]


def _names(event: Json) -> set[str]:
    thing = event["data"]["object"]
    return {thing["id"], str(thing.get("payment_intent"))}


@asynccontextmanager
async def stripe_gives_nothing(shop: ShopServer) -> AsyncIterator[None]:
    """For a while Stripe's API takes what is asked of it, and gives none of the objects of a payment."""
    for kind in FETCHED:
        fault = {"kind": "error_500", "method": "GET", "path": f"/v1/{kind}/*", "count": ALWAYS}
        await shop.sim("POST", "/faults", fault)
    try:
        yield
    finally:
        await shop.sim("DELETE", "/faults")


async def somebody_asked_in_vain(shop: ShopServer) -> None:
    """Return once Stripe gave nothing to somebody."""
    await until(lambda: _nobody_asked(shop), "nobody asks Stripe for anything")


async def _nobody_asked(shop: ShopServer) -> bool:
    faults: Any = await shop.sim("GET", "/faults")
    return bool(sum(fault["count"] for fault in faults) == ALWAYS * len(FETCHED))
