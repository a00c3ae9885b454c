"""What is known of one subscription, and how two states of that knowledge become one.

Every fact is a small state of its own: a subscription as one event tells it is a `Subscription`, and so is one of
which an invoice tells. `join` is commutative, associative and idempotent, so the order, the number and the grouping
of events never matter.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from order_service.invoice import Invoice
from order_service.subscription_statuses import SUBSCRIPTION
from tillstream_contracts import SubscriptionStatus


class Item(NamedTuple):
    """One thing subscribed to; `sku` is empty for a foreign price, `unit_amount` -1 where it is no single amount."""

    price_id: str
    sku: str
    quantity: int
    unit_amount: int
    interval: str
    interval_count: int


class Telling(NamedTuple):
    """A subscription's particulars as one event told them. Times are seconds, 0 where there is none."""

    later_than_creation: bool
    rank: int
    status: SubscriptionStatus
    period_end: int
    ends_with_period: bool
    trial_end: int
    currency: str
    customer: str
    items: tuple[Item, ...]
    update_pending: bool
    state: str = ""
    """Names the state of the whole object, so that events of one second can be put in a row."""
    came_from: str = ""
    """The state that the event says was before; the same one if it says nothing of it, empty before creation."""
    event_id: str = ""


class Naming(NamedTuple):
    """What metadata says of whose the subscription is. The least counts: one that names it, else the earliest."""

    nameless: bool
    at: int
    subscription_id: str = ""
    merchant_id: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription: its final word if there is one, else how it stood in the latest second that was told of."""

    stripe_id: str
    final: int = 0
    told_at: int = 0
    tellings: frozenset[Telling] = frozenset()
    """Those of the second `told_at`."""
    naming: Naming | None = None
    """None until something tells its metadata: until then nobody outside hears of it."""
    trial_ending: int = 0
    """The trial's end that Stripe announced."""
    invoices: Mapping[str, Invoice] = field(default_factory=dict)

    @property
    def telling(self) -> Telling | None:
        """The particulars that count: of the states that nothing says were left for good, the greatest.

        What says nothing of before, as an object that was fetched, neither reaches a state nor leaves one.
        """
        steps = [one for one in self.tellings if one.came_from != one.state]
        reached, left = Counter(one.state for one in steps), Counter(one.came_from for one in steps)
        last = [one for one in self.tellings if not left[one.state] or reached[one.state] > left[one.state]]
        return max(last or self.tellings, default=None)

    def join(self, other: "Subscription") -> "Subscription":
        """All that both know of the same subscription."""
        newer = max(self, other, key=lambda one: (one.final, one.told_at))
        together = (self.final, self.told_at) == (other.final, other.told_at)
        namings = [naming for naming in (self.naming, other.naming) if naming]
        return Subscription(
            self.stripe_id,
            final=newer.final,
            told_at=newer.told_at,
            tellings=self.tellings | other.tellings if together else newer.tellings,
            naming=min(namings, default=None),
            trial_ending=max(self.trial_ending, other.trial_ending),
            invoices=_joined(self.invoices, other.invoices),
        )

    def holds_in(self, joined: "Subscription") -> bool:
        """Whether what this says still counts, when all is known that `joined` knows."""
        invoices = all(invoice.status is joined.invoices[key].status for key, invoice in self.invoices.items())
        return self.tellings <= joined.tellings and invoices


def subscription_told(
    stripe_id: str, telling: Telling, *, at: int, naming: Naming, trial_ending: int = 0
) -> Subscription:
    """A subscription as one event of its own tells it, `at` being that event's second."""
    final = SUBSCRIPTION[telling.status].final
    return Subscription(stripe_id, final, at, frozenset([telling]), naming, trial_ending)


def _joined(a: Mapping[str, Invoice], b: Mapping[str, Invoice]) -> Mapping[str, Invoice]:
    if not b:
        return a
    return {**a, **{key: a[key].join(invoice) if key in a else invoice for key, invoice in b.items()}}
