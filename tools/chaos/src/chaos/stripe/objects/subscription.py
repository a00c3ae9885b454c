"""A Subscription, which is paid for again and again."""

from typing import Any, Final

from chaos.stripe.story import Object, Story

A_MONTH: Final = 2_678_400
TWO_WEEKS: Final = 1_209_600


class Subscription:
    """One, of a single plan."""

    def __init__(self, story: Story, *, trial: bool = False) -> None:
        self.story = story
        self.id, self.ours, self._created = story.name("sub"), story.name("subs"), story.now
        self.status = "incomplete"
        self.trial_end = story.now + TWO_WEEKS if trial else None
        self.latest_invoice: str | None = None
        self._period = 1

    @property
    def metadata(self) -> dict[str, str]:
        """What intent-api writes on it."""
        customer = f"customer-{self.story.number}"
        return {"customer_id": customer, "merchant_id": "default", "subscription_id": self.ours}

    def created(self, status: str) -> None:
        """Somebody subscribed."""
        self._tell("created", status)

    def becomes(self, status: str) -> None:
        """It stands differently now."""
        self._tell("updated", status)

    def renewed(self) -> None:
        """Its next period has begun."""
        self._period += 1
        self._tell("updated", self.status)

    def trial_will_end(self) -> None:
        """Three days before the first money."""
        self._tell("trial_will_end", self.status)

    def paused(self) -> None:
        """Its trial ended, and there is nothing to pay with."""
        self._tell("paused", "paused")

    def deleted(self, status: str = "canceled") -> None:
        """It has ended."""
        self._tell("deleted", status, ended_at=self.story.now, canceled_at=self.story.now)

    def _tell(self, happened: str, status: str, **changes: Any) -> None:
        self.status = status
        self.story.tell(f"customer.subscription.{happened}", self._as(**changes))

    def _as(self, **changes: Any) -> Object:
        return {
            "id": self.id,
            "object": "subscription",
            "billing_cycle_anchor": self._created,
            "billing_mode": {"type": "flexible"},
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "collection_method": "charge_automatically",
            "created": self._created,
            "currency": self.story.currency,
            "customer": f"cus_S{self.ours[6:]}",
            "days_until_due": None,
            "default_payment_method": None,
            "ended_at": None,
            "items": self._items(),
            "latest_invoice": self.latest_invoice,
            "livemode": False,
            "metadata": self.metadata,
            "pause_collection": None,
            "pending_setup_intent": None,
            "pending_update": None,
            "start_date": self._created,
            "status": self.status,
            "trial_end": self.trial_end,
            "trial_start": self._created if self.trial_end else None,
            **changes,
        }

    def _items(self) -> Object:
        price = {
            "id": "price_1ChaosMonthly",
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": self._created,
            "currency": self.story.currency,
            "livemode": False,
            "lookup_key": None,
            "metadata": {"sku": "beans-monthly"},
            "nickname": None,
            "product": "prod_ChaosBeans",
            "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
            "tax_behavior": "unspecified",
            "tiers_mode": None,
            "type": "recurring",
            "unit_amount": self.story.amount,
            "unit_amount_decimal": str(self.story.amount),
        }
        item = {
            "id": f"si_{self.id[4:]}",
            "object": "subscription_item",
            "created": self._created,
            "current_period_end": self._created + A_MONTH * self._period,
            "current_period_start": self._created + A_MONTH * (self._period - 1),
            "discounts": [],
            "metadata": {},
            "price": price,
            "quantity": 1,
            "subscription": self.id,
            "tax_rates": [],
        }
        url = f"/v1/subscription_items?subscription={self.id}"
        return {"object": "list", "data": [item], "has_more": False, "total_count": 1, "url": url}
