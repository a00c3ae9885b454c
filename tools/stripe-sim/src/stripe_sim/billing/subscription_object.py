"""The Subscription, and what it becomes. Pure.

incomplete ─paid→ active · incomplete ─23 hours→ incomplete_expired · trialing ─its end→ active | paused | canceled
active ─not paid→ past_due ─paid→ active · past_due ─last retry→ canceled | unpaid · any ─canceled→ canceled
"""

from typing import Any

from stripe_sim.billing.calendar_months import next_boundary
from stripe_sim.changes import Change, Moment
from stripe_sim.http.metadata import merged
from stripe_sim.objects import Object

KIND = "subscription"
ENDED = ("canceled", "incomplete_expired")
EXPIRES_AFTER = 23 * 3600
"""Source: Stripe documentation, "How subscriptions work": the first payment must come within 23 hours."""


def new(params: dict[str, Any], currency: str, clock: str | None, trial_end: int | None, moment: Moment) -> Object:
    """A subscription without items yet; `trialing` where the trial has an end."""
    name, now = moment.names.id("sub"), moment.now
    return {
        "id": name,
        "object": KIND,
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": trial_end or now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "customer": params["customer"],
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": params.get("default_payment_method"),
        "default_source": None,
        "default_tax_rates": [],
        "description": params.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": _listed(name, []),
        "latest_invoice": None,
        "livemode": False,
        "metadata": merged({}, params),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": _payment_settings(params.get("payment_settings", {})),
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "trialing" if trial_end else "incomplete",
        "test_clock": clock,
        "transfer_data": None,
        "trial_end": trial_end,
        "trial_settings": params.get("trial_settings", {"end_behavior": {"missing_payment_method": "create_invoice"}}),
        "trial_start": now if trial_end else None,
    }


def with_items(subscription: Object, items: list[Object]) -> Object:
    """The subscription with these items."""
    return {**subscription, "items": _listed(subscription["id"], items)}


def in_period(subscription: Object, start: int) -> Object:
    """The subscription with all items in the period that begins then and ends at the anchor's next return."""
    items = subscription["items"]["data"]
    recurring = items[0]["price"]["recurring"]
    anchor = subscription["billing_cycle_anchor"]
    end = next_boundary(anchor, recurring["interval"], recurring["interval_count"], start)
    period = {"current_period_start": start, "current_period_end": end}
    return with_items(subscription, [{**item, **period} for item in items])


def period_of(subscription: Object) -> tuple[int, int]:
    """When the current period begins and ends."""
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def canceling(subscription: Object, params: dict[str, Any], now: int) -> Object:
    """The subscription with the end that is asked for: at a time, with the current period, or none."""
    if "cancel_at_period_end" in params:
        at_end = params["cancel_at_period_end"]
        at = period_of(subscription)[1] if at_end else None
    elif "cancel_at" in params:
        at_end, at = False, params["cancel_at"]
    else:
        return subscription
    reason = "cancellation_requested" if at else None
    return {
        **subscription,
        "cancel_at": at,
        "cancel_at_period_end": at_end,
        "canceled_at": now if at else None,
        "cancellation_details": {**subscription["cancellation_details"], "reason": reason},
    }


def became(subscription: Object, **members: Any) -> Change:
    """The subscription with other members, as `customer.subscription.updated` tells it."""
    return told({**subscription, **members}, "updated")


def ended(subscription: Object, now: int, status: str = "canceled", reason: str | None = None) -> Change:
    """It is over."""
    details = subscription["cancellation_details"]
    subscription = {
        **subscription,
        "canceled_at": subscription["canceled_at"] or now,
        "cancellation_details": {**details, "reason": reason or details["reason"]},
        "ended_at": now,
        "status": status,
    }
    return told(subscription, "deleted")


def told(subscription: Object, *what: str) -> Change:
    """The subscription as it is now, and the events that tell of it."""
    return Change((subscription,), tuple((f"customer.subscription.{one}", subscription) for one in what))


def _payment_settings(asked: dict[str, Any]) -> Object:
    return {
        "payment_method_options": None,
        "payment_method_types": asked.get("payment_method_types"),
        "save_default_payment_method": asked.get("save_default_payment_method", "off"),
    }


def _listed(name: str, items: list[Object]) -> Object:
    return {"object": "list", "data": items, "has_more": False, "url": f"/v1/subscription_items?subscription={name}"}
