"""Random lives of subscriptions: what a customer, a shop, a bank and time do, through public interfaces alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from lives import CARDS, SAVED_CARDS, Life
from shop_server import Json

SKUS = ("beans-monthly", "tasting-club")


class SubscriptionLife(Life):
    """A subscription's."""

    subscription_id = ""
    stripe_id = ""
    client_secret: str | None = None

    async def begin(self) -> None:
        """A new customer subscribes, with a card on file or without."""
        customer, card = await self.customer_with(self.chance.choice(SAVED_CARDS))
        self.items = [{"sku": self.chance.choice(SKUS), "quantity": self.chance.randint(1, 3)}]
        body: Json = {"customer": customer, "items": self.items, "currency": "usd"}
        if self.chance.random() < 0.5:
            body["payment_method"] = card
        made = await self.asks("POST", "/v1/subscriptions", body)
        assert made.status == 201, made
        self.subscription_id, self.stripe_id = made.body["subscription_id"], made.body["stripe_subscription_id"]
        self.client_secret, self.stream = made.body["client_secret"], made.body["stream"]
        await self.comes_to_tell(f"/v1/subscriptions/{self.subscription_id}", lambda told: "version" in told)

    def steps(self) -> Sequence[Callable[[], Awaitable[Any]]]:
        """What customers, shops, banks and time do."""
        return (*(self._pays,) * 3, *(self._something_happens,) * 5, self._changes, self._may_end, self._ends)

    async def _pays(self) -> None:
        if self.client_secret:
            await self.confirms(self.client_secret, self.chance.choice(CARDS))

    async def _something_happens(self) -> None:
        found = await self.listed("invoices", subscription=self.stripe_id)
        names = [self.stripe_id, *(invoice["id"] for invoice in found)]
        for invoice in found:
            paid_by = await self.listed("invoice_payments", invoice=invoice["id"])
            names += [one["payment"]["payment_intent"] for one in paid_by]
        await self.something_happens_to(names)

    async def _changes(self) -> None:
        items = [{**item, "quantity": self.chance.randint(1, 5)} for item in self.items]
        await self.asks("PATCH", f"/v1/subscriptions/{self.subscription_id}", {"items": items})

    async def _may_end(self) -> None:
        body = {"cancel_at_period_end": self.chance.random() < 0.6}
        await self.asks("PATCH", f"/v1/subscriptions/{self.subscription_id}", body)

    async def _ends(self) -> None:
        if self.chance.random() < 0.3:
            body = {"at_period_end": self.chance.random() < 0.5}
            await self.asks("POST", f"/v1/subscriptions/{self.subscription_id}/cancel", body)
