"""What goes wrong with the delivery of events, as it may at Stripe: decided here, done in `deliveries.py`. Pure."""

import random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=3600)]

FAILURES = frozenset(("charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"))


class Chaos(BaseModel):
    """The knobs. All at rest by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    duplicate: Share = 0
    """The share of events that are delivered twice, the second time up to `delay_seconds` later."""
    delay: Share = 0
    """The share of events that come late, by up to `delay_seconds`."""
    delay_seconds: Seconds = 2
    reorder: Share = 0
    """The share of events that are held back by up to `reorder_seconds`, so that those after them overtake."""
    reorder_seconds: Seconds = 0.5
    drop: Share = 0
    """The share of events that are never delivered; the Events list still has them."""
    late_failure: Share = 0
    """The share of failure events held back for `late_failure_seconds`: they come after a later attempt succeeded."""
    late_failure_seconds: Seconds = 5
    same_second: bool = False
    """All events say that they were created in the second in which this was switched on."""


def deliveries(chaos: Chaos, event_type: str, chance: random.Random) -> list[float]:
    """The seconds after which the event is delivered: once for each; none at all if it is lost."""
    if chance.random() < chaos.drop:
        return []
    wait = 0.0
    if event_type in FAILURES and chance.random() < chaos.late_failure:
        wait += chaos.late_failure_seconds
    if chance.random() < chaos.delay:
        wait += chance.uniform(0, chaos.delay_seconds)
    if chance.random() < chaos.reorder:
        wait += chance.uniform(0, chaos.reorder_seconds)
    if chance.random() < chaos.duplicate:
        return [wait, wait + chance.uniform(0, chaos.delay_seconds)]
    return [wait]
