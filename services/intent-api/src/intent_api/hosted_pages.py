"""Stripe's hosted pages: what each kind is asked with, and how one that ends early stays the same on a retry."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe.checkout import Session

from intent_api.orders import NewOrder, stripe_metadata
from intent_api.plans import PlannedLine, price_data
from intent_api.stripe_calls import StripeCalls
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsSubscriptionData

EARLIEST_END: Final = 30
LATEST_END: Final = 21 * 60
"""Minutes. Stripe's own limits are 30 minutes and 24 hours; up to an eighth is added."""
PARTS: Final = 8


@dataclass(frozen=True)
class Page:
    """What all kinds of page have in common: who comes, in which language, and where they go."""

    success_url: str
    cancel_url: str
    locale: str
    customer_id: str | None = None
    email: str | None = None


def payment_page(page: Page, order: NewOrder) -> "SessionCreateParams":
    """A page that takes the payment of an order. Session and payment both name the order."""
    metadata = stripe_metadata(order)
    return {
        **_common(page),
        "mode": "payment",
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": order.priced.currency,
                    "unit_amount": line.unit_amount,
                    "product_data": {"name": line.name, "metadata": {"sku": line.sku}},
                },
            }
            for line in order.priced.lines
        ],
        "client_reference_id": order.order_id,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
    }


def subscription_page(
    page: Page, lines: Sequence[PlannedLine], trial_days: int, subscription_id: str, metadata: Mapping[str, str]
) -> "SessionCreateParams":
    """A page that makes a subscription. Session and subscription both carry our id of it."""
    made: SessionCreateParamsSubscriptionData = {"metadata": dict(metadata)}
    if trial_days:
        made["trial_period_days"] = trial_days
    return {
        **_common(page),
        "mode": "subscription",
        "line_items": [
            {"price_data": price_data(line), "quantity": line.quantity, "metadata": {"sku": line.sku}} for line in lines
        ],
        "client_reference_id": subscription_id,
        "metadata": dict(metadata),
        "subscription_data": made,
    }


def setup_page(page: Page, currency: str, metadata: Mapping[str, str]) -> "SessionCreateParams":
    """A page that saves a card for later; in which currency decides what is offered."""
    return {
        **_common(page),
        "mode": "setup",
        "currency": currency,
        "metadata": dict(metadata),
        "setup_intent_data": {"metadata": dict(metadata)},
    }


async def open_page(stripe: StripeCalls, key: str, asked: "SessionCreateParams", expires_in: int | None) -> Session:
    """Stripe's page under this idempotency key. Raises Problem if Stripe refuses or none came in time.

    A retry cannot know when the first call was made, and so not when its page was to end: it tries what that call
    may have said, the newest first. Only the first call's words are accepted under its key.
    """
    for end in ends(int(time.time()), expires_in) if expires_in else (None,):
        try:
            return await _open(stripe, key, {**asked, "expires_at": end} if end else asked)
        except Problem as problem:
            if problem.code != "idempotency_key_reused":
                raise
            refused = problem
    raise refused


def ends(now: int, minutes: int) -> tuple[int, ...]:
    """When a page may end that lives for so many minutes and up to an eighth longer: asked for now, or some time ago.

    Counted in eighths, so that all calls within one say the same.
    """
    lifetime = minutes * 60
    part = lifetime // PARTS
    newest = (now // part + 1) * part + lifetime
    return tuple(newest - part * ago for ago in range(PARTS + 1))


async def _open(stripe: StripeCalls, key: str, asked: "SessionCreateParams") -> Session:
    service = stripe.client.v1.checkout.sessions
    return await stripe.ask(
        "create_checkout_session", key, lambda stripe_key: service.create_async(asked, {"idempotency_key": stripe_key})
    )


def _common(page: Page) -> "SessionCreateParams":
    asked: SessionCreateParams = {
        "success_url": page.success_url,
        "cancel_url": page.cancel_url,
        "locale": page.locale,
    }
    if page.customer_id:
        asked["customer"] = page.customer_id
    if page.email:
        asked["customer_email"] = page.email
    return asked
