"""For how long a plan may be tried: as the catalogue says, and once per customer."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from stripe import Subscription

from intent_api.plans import PlannedLine
from intent_api.stripe_calls import MOST_LISTED, StripeCalls
from intent_api.stripe_objects import id_of, metadata_of
from tillstream_operations import Problem

BEGAN_WITH: Final = "began_with"
"""The name, in a subscription's metadata, of the plans that it began with: by now it may be changed to others."""


def trial_of(lines: Sequence[PlannedLine]) -> int:
    """For how many days all of it may be tried: no longer than any of the plans says."""
    return min(line.plan.trial_days for line in lines)


def trial_for(theirs: Sequence[Subscription], lines: Sequence[PlannedLine], subscription_id: str) -> int:
    """The days for this customer: none if one of the plans has been tried before, by another subscription than this.

    Else whoever cancels in time and begins anew would never pay. Nor has anybody a trial who has subscribed more often
    than can be looked at.
    """
    others = [each for each in theirs if metadata_of(each).get("subscription_id") != subscription_id]
    tried = {code for each in others if each.trial_start for code in _plans_of(each)}
    wanted = {_code(line.product_id) for line in lines}
    return 0 if tried & wanted or len(theirs) >= MOST_LISTED else trial_of(lines)


def noted_plans(lines: Sequence[PlannedLine]) -> str:
    """These plans for `BEGAN_WITH`: twenty of them are shorter than Stripe's 500 characters."""
    return " ".join(sorted(_code(line.product_id) for line in lines))


def require_tryable(subscription: Subscription, lines: Sequence[PlannedLine]) -> None:
    """Refuse to go on trying with plans that may not be tried for so long."""
    if subscription.status != "trialing":
        return
    days = ((subscription.trial_end or 0) - (subscription.trial_start or 0)) / timedelta(days=1).total_seconds()
    subscribed = {id_of(item.price.product) for item in subscription.items.data}
    if any(line.plan.trial_days < days for line in lines if line.product_id not in subscribed):
        detail = "One of these plans may not be tried for so long. Change to it once the trial is over."
        raise Problem(403, "trial_not_allowed", detail)


async def subscriptions_of(stripe: StripeCalls, customer: str, *, expand: Sequence[str] = ()) -> list[Subscription]:
    """All that the customer ever subscribed to, the newest first."""
    wanted = {"customer": customer, "status": "all", "expand": [f"data.{each}" for each in expand]}
    return await stripe.every("list_subscriptions", stripe.client.v1.subscriptions.list_async, **wanted)


def _plans_of(subscription: Subscription) -> set[str]:
    """What it is now, and what it began with."""
    now = {_code(id_of(item.price.product) or "") for item in subscription.items.data}
    return now | set(metadata_of(subscription).get(BEGAN_WITH, "").split())


def _code(product_id: str) -> str:
    return hashlib.sha256(product_id.encode()).hexdigest()[:8]
