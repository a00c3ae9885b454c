"""For how long a plan may be tried: as the catalogue says, and once per customer."""

from collections.abc import Sequence

from intent_api.plans import PlannedLine
from intent_api.stripe_calls import StripeCalls
from intent_api.stripe_objects import id_of, metadata_of


def trial_of(lines: Sequence[PlannedLine]) -> int:
    """For how many days all of it may be tried: no longer than any of the plans says."""
    return min(line.plan.trial_days for line in lines)


async def trial_for(
    stripe: StripeCalls, customer: str | None, lines: Sequence[PlannedLine], subscription_id: str
) -> int:
    """The days for this customer: none if one of the plans has been tried before, by another subscription than this.

    Else whoever cancels in time and begins anew would never pay. Somebody new at Stripe has tried nothing.
    """
    days = trial_of(lines)
    if not days or customer is None:
        return days
    listed = await stripe.read(
        "list_subscriptions",
        lambda: stripe.client.v1.subscriptions.list_async({"customer": customer, "status": "all", "limit": 100}),
    )
    tried = {
        id_of(item.price.product)
        for each in listed.data
        if each.trial_start and metadata_of(each).get("subscription_id") != subscription_id
        for item in each.items.data
    }
    return 0 if tried & {line.product_id for line in lines} else days
