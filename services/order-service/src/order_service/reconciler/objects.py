"""What Stripe's objects say now, each with those beside it of which something may be missing, too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from types import MappingProxyType
from typing import Any, Final

import orjson

from order_service.reconciler.clock import moment
from order_service.resolver.events import Object
from order_service.resolver.stripe import Stripe
from order_service.stripe_calls.client import NotNow, StripeCalls
from order_service.stripe_values import an_object, plain, reference

PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pi": "/v1/payment_intents",
        "cs": "/v1/checkout/sessions",
        "sub": "/v1/subscriptions",
        "in": "/v1/invoices",
    }
)
BACK: Final = ("/v1/refunds", "/v1/disputes")
PAGE: Final = 100
MOST_BESIDE: Final = 1_000
"""So many refunds of a payment are looked at, and as many disputes, the newest."""
_ID: Final = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)

Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as Stripe gave it."""

    thing: Thing
    at: datetime
    """By Stripe's clock, not after it was read there: what happened meanwhile is newer."""
    api_version: str


class Objects:
    """Asks Stripe. Whatever it does raises Refused, or NotNow."""

    def __init__(self, calls: StripeCalls, patience: timedelta) -> None:
        self._calls, self._stripe, self._patience = calls, Stripe(calls), patience.total_seconds()

    async def seen(self, name: str) -> list[Seen]:
        """The object of this id with those beside it; nothing where the id is none of Stripe's."""
        path = PATHS.get(name.partition("_")[0])
        if path is None or not _ID.fullmatch(name):
            return []
        asked_at = monotonic()
        answer = await self._stripe.fetch(Object(f"{path}/{name}", None), by=self._by())
        took = timedelta(seconds=monotonic() - asked_at)
        one = Seen(answer.content, moment(answer.date) - took, answer.api_version)
        return [one, *await self._beside(one)]

    async def _beside(self, one: Seen) -> list[Seen]:
        thing = one.thing
        match plain(thing.get("object")):
            case "payment_intent" if thing.get("status") == "succeeded":
                return [found for path in BACK for found in await self._listed(path, one)]
            case "checkout.session" if intent := reference(thing.get("payment_intent")):
                return await self.seen(intent)
            case "subscription" if invoice := reference(thing.get("latest_invoice")):
                return await self.seen(invoice)
            case _:
                return []

    async def _listed(self, path: str, payment: Seen) -> list[Seen]:
        """The payment's refunds, or its disputes. Held money that was let go moved none, though it is listed."""
        found: list[Thing] = []
        beyond: dict[str, str] | None = {}
        while beyond is not None and len(found) < MOST_BESIDE:
            whose = {"payment_intent": payment.thing["id"], **beyond}
            page, beyond = _page((await self._calls.get(path, by=self._by(), limit=PAGE, **whose)).body)
            found += page
        moved = [one for one in found if one.get("status") != "succeeded" or one.get("balance_transaction")]
        return [Seen(thing, payment.at, payment.api_version) for thing in moved]

    def _by(self) -> float:
        return monotonic() + self._patience


def _page(body: str) -> tuple[list[Thing], dict[str, str] | None]:
    """The objects of a page, and what to ask with for those after it. What is no list at all is no answer."""
    try:
        page = orjson.loads(body)
        found = [an_object(thing) for thing in page["data"]]
        return found, {"starting_after": found[-1]["id"]} if page.get("has_more") is True else None
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, IndexError):
        raise NotNow(was_asked=True) from None
