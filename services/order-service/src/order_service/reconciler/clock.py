"""Stripe's clock, by which its events are compared: ours may be wrong, and what it skipped would never be listed."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

from order_service.reconciler.listing import PATH
from order_service.stripe_calls.client import StripeCalls


async def now_at_stripe(calls: StripeCalls, patience: timedelta) -> datetime:
    """What time it is there, to the second and never ahead of it. Raises Refused, or NotNow."""
    answer = await calls.get(PATH, by=monotonic() + patience.total_seconds(), limit=1)
    return moment(answer.headers.get("date") or "")


def moment(date: str) -> datetime:
    """When an answer was given, as HTTP writes it; ours where it does not say."""
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)
