"""Taking in what events tell of subscriptions, one after another: pure, as `fold` is for orders."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from order_service.invoice import InvoicePayment
from order_service.subscription import Subscription
from order_service.subscription_summary import SubscriptionSummary, summarize_subscription
from order_service.timeline import Outcome
from order_service.told import Told
from tillstream_contracts import Cause, SubscriptionStatus, SubscriptionStatusChanged


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """An event's line in the timeline of its subscription, or of an invoice whose subscription nobody has told yet."""

    told: Told
    stripe_id: str | None
    invoice_id: str | None
    outcome: Outcome
    reason: str
    version: int | None


@dataclass(frozen=True, slots=True)
class KnownSubscription:
    """A subscription and its latest version; version 0 has not been told to anybody, and has no id of ours yet."""

    subscription: Subscription
    subscription_id: str = ""
    version: int = 0
    summary: SubscriptionSummary | None = None
    previous_status: SubscriptionStatus | None = None


@dataclass(slots=True)
class SubscriptionBooks:
    """The subscriptions that a batch may touch, as they stood before it; `take_in` brings them forward.

    What is new collects beside them: the `changes` to be published, and the keys of all that has to be written.
    """

    merchant_id: str
    known: dict[str, KnownSubscription] = field(default_factory=dict)
    """By Stripe's id."""
    owners: dict[str, str] = field(default_factory=dict)
    """Which of Stripe's subscriptions has each of our ids that is taken."""
    invoices: dict[str, str] = field(default_factory=dict)
    """Which of Stripe's subscriptions an invoice is of, where that is known."""
    changes: list[SubscriptionStatusChanged] = field(default_factory=list)
    new_facts: set[str] = field(default_factory=set)
    created_facts: set[str] = field(default_factory=set)
    new_invoices: set[tuple[str, str]] = field(default_factory=set)
    new_versions: set[str] = field(default_factory=set)
    created: set[str] = field(default_factory=set)
    payments: set[InvoicePayment] = field(default_factory=set)
    above: int = 0
    """No version up to this is given, as it may have been published by a database that is gone."""

    def take_in(self, told: Told, now: datetime) -> SubscriptionLine | None:
        """Fold one event; what it changes changes `now`. There is no line for one that is about an order's payment."""
        payments = [fact for fact in told.billing if isinstance(fact, InvoicePayment)]
        self.payments.update(payments)
        for fact in told.billing:
            if isinstance(fact, Subscription):
                return self._took(told, fact, now)
        return self._noted(told, payments[0]) if payments and not told.facts else None

    def renew(self, told: Told, now: datetime) -> list[SubscriptionLine]:
        """Number a change of each subscription that is not as its facts say, and tell of it."""
        versions = {stripe_id: self._next_version(stripe_id, told, now) for stripe_id in sorted(self.known)}
        return [
            SubscriptionLine(
                told,
                stripe_id,
                None,
                Outcome.APPLIED,
                f"{told.words.capitalize()}. {_effect(self.known[stripe_id], version)}",
                version,
            )
            for stripe_id, version in versions.items()
            if version
        ]

    def merge(self, fact: Subscription) -> bool:
        """Join a fact with what is known; whether anything was new."""
        known = self.known.get(fact.stripe_id)
        joined = known.subscription.join(fact) if known else fact
        if known and joined == known.subscription:
            return False
        if known is None:
            self.created_facts.add(fact.stripe_id)
        self.known[fact.stripe_id] = replace(known, subscription=joined) if known else KnownSubscription(joined)
        self.new_facts.add(fact.stripe_id)
        self.new_invoices |= {(fact.stripe_id, invoice_id) for invoice_id in fact.invoices}
        return True

    def _took(self, told: Told, fact: Subscription, now: datetime) -> SubscriptionLine:
        self.merge(fact)
        version = self._next_version(fact.stripe_id, told, now)
        known = self.known[fact.stripe_id]
        invoice_id = next(iter(fact.invoices), None)
        if version or fact.holds_in(known.subscription):
            outcome = Outcome.HEALED if (told.observed or told.heals) and version else Outcome.APPLIED
            reason = " ".join(filter(None, (told.words, _effect(known, version))))
            return SubscriptionLine(told, fact.stripe_id, invoice_id, outcome, reason, version)
        return SubscriptionLine(told, fact.stripe_id, invoice_id, Outcome.OUT_OF_DATE, _later(known), None)

    def _noted(self, told: Told, payment: InvoicePayment) -> SubscriptionLine:
        """A payment of an invoice, which changes no subscription by itself."""
        reason = f"Payment {payment.payment_id} is for invoice {payment.invoice_id}."
        stripe_id = self.invoices.get(payment.invoice_id)
        return SubscriptionLine(told, stripe_id, payment.invoice_id, Outcome.APPLIED, reason, None)

    def _next_version(self, stripe_id: str, told: Told, now: datetime) -> int | None:
        """Number and note the change, if there is one to see, and somebody to see it."""
        known = self.known[stripe_id]
        if known.subscription.naming is None:
            return None
        summary = summarize_subscription(known.subscription, merchant_id=self.merchant_id)
        if summary == known.summary:
            return None
        version, previous = max(known.version, self.above) + 1, known.summary.status if known.summary else None
        ours = known.subscription_id or self._named(known.subscription)
        self.known[stripe_id] = KnownSubscription(known.subscription, ours, version, summary, previous)
        self.new_versions.add(stripe_id)
        if not known.version:
            self.created.add(stripe_id)
        self.changes.append(_change(self.known[stripe_id], summary, told, now))
        return version

    def _named(self, subscription: Subscription) -> str:
        """Our id of it, from now on for good: as its metadata says, unless that names another one already."""
        naming, stripe_id = subscription.naming, subscription.stripe_id
        ours = (naming.subscription_id if naming else "") or stripe_id
        owner = self.owners.setdefault(ours, stripe_id)
        return ours if owner == stripe_id else stripe_id


def _effect(known: KnownSubscription, version: int | None) -> str:
    if known.summary is None:
        return "Kept; nobody has told whose the subscription is yet."
    if version is None:
        return f"Noted; the subscription stays {known.summary.status}."
    if known.previous_status == known.summary.status:
        return f"The subscription stays {known.summary.status}; its items, dates, invoice or flags changed."
    return f"The subscription is {known.summary.status} now."


def _later(known: KnownSubscription) -> str:
    status = known.summary.status if known.summary else "unknown"
    return f"Something later was known already: the subscription is {status}."


def _change(
    known: KnownSubscription, summary: SubscriptionSummary, told: Told, now: datetime
) -> SubscriptionStatusChanged:
    return SubscriptionStatusChanged(
        event_id=SubscriptionStatusChanged.id_for(known.subscription_id, known.version),
        occurred_at=now,
        merchant_id=summary.merchant_id,
        subscription_id=known.subscription_id,
        stripe_subscription_id=known.subscription.stripe_id,
        customer_id=summary.customer_id,
        version=known.version,
        status=summary.status,
        previous_status=known.previous_status,
        currency=summary.currency,
        items=summary.items,
        cancel_at_period_end=summary.cancel_at_period_end,
        current_period_end=summary.current_period_end,
        trial_end=summary.trial_end,
        latest_invoice=summary.latest_invoice,
        flags=summary.flags,
        cause=Cause(event_id=told.event_id, event_type=told.event_type),
    )
