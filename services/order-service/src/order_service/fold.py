"""Taking in one event after another: pure, so that what a batch does can be tried without any database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from order_service.mention import Mention
from order_service.order import Order, Part
from order_service.payment import Named, Namer, Payment, payment_behind
from order_service.session import Session
from order_service.summary import Summary, summarize
from order_service.timeline import INVOICED, UNMATCHED, Line, applied, effect, ignored, out_of_date
from order_service.told import Fact, Told
from tillstream_contracts import Cause, OrderStatus, OrderStatusChanged


@dataclass(frozen=True, slots=True)
class Known:
    """An order and its latest version; version 0 has not been told to anybody."""

    order: Order
    version: int = 0
    summary: Summary | None = None
    previous_status: OrderStatus | None = None


@dataclass(slots=True)
class Books:
    """The orders and payments that a batch may touch, as they stood before it; `take_in` brings them forward.

    What is new collects beside them: the `changes` to be published, and the keys of all that has to be written.
    """

    merchant_id: str
    orders: dict[str, Known] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    changes: list[OrderStatusChanged] = field(default_factory=list)
    new_versions: set[str] = field(default_factory=set)
    new_payments: set[str] = field(default_factory=set)
    new_parts: dict[type[Part], dict[tuple[str, ...], Part]] = field(default_factory=lambda: defaultdict(dict))
    created_orders: set[str] = field(default_factory=set)
    created_payments: set[str] = field(default_factory=set)
    goodbyes: list[Line] = field(default_factory=list)
    """The lines of orders that a payment has left, beside those that `take_in` returns."""
    above: int = 0
    """No version up to this is given, as it may have been published by a database that is gone."""

    def take_in(self, told: Told, now: datetime) -> Line:
        """Fold one event; the changes that it causes happen `now`."""
        if not told.facts:
            return ignored(told)
        touched: set[str] = set()
        before = self._payments_in(told)
        holds = [self.merge(fact, touched) for fact in told.facts]
        versions = {order_id: self._next_version(order_id, told, now) for order_id in sorted(touched)}
        self.goodbyes += [line for known in before if (line := self._goodbye(told, known, versions))]
        order_id = self._order_of(told, touched)
        version = versions.get(order_id) if order_id else None
        if any(holds) or version:
            return applied(told, order_id, self._effect(told, order_id, version), version)
        return out_of_date(told, order_id, self._what_is_known(told))

    def renew(self, told: Told, now: datetime) -> list[Line]:
        """Number a change of each order that is not as its facts say, and tell of it."""
        versions = {order_id: self._next_version(order_id, told, now) for order_id in sorted(self.orders)}
        changed = {order_id: version for order_id, version in versions.items() if version}
        return [
            applied(told, order_id, self._effect(told, order_id, version), version)
            for order_id, version in changed.items()
        ]

    def merge(self, fact: Fact, touched: set[str]) -> bool:
        """Join a fact with what is known, and tell whether it holds: whether nothing later was known already."""
        return self._merge_payment(fact, touched) if isinstance(fact, Payment) else self._merge_part(fact, touched)

    def _merge_part(self, told: Part, touched: set[str]) -> bool:
        if isinstance(told, Session) and told.payment_id:
            behind = payment_behind(told.payment_id, told.currency, Named(Namer.OTHER, 0, told.order_id))
            self._merge_payment(behind, touched)
        order = self._order(told.order_id)
        joined = order.joined_with(told)
        if joined != order.known_of(told):
            self.new_parts[type(told)][told.key] = joined
            self._replace(order.with_part(joined), touched)
        return told.holds_in(joined)

    def _merge_payment(self, told: Payment, touched: set[str]) -> bool:
        if told.order_id and not self._is_told_of(told.order_id):
            self._merge_part(Mention(told.order_id, told.named.second, told.telling.currency), touched)
        known = self.payments.get(told.payment_id)
        joined = known.join(told) if known else told
        if joined == known:
            return told.holds_in(known)
        if known is None:
            self.created_payments.add(told.payment_id)
        self.payments[joined.payment_id] = joined
        self.new_payments.add(joined.payment_id)
        if known and known.order_id and known.order_id != joined.order_id:
            self._replace(self._order(known.order_id).without_payment(known.payment_id), touched)
        if joined.order_id:
            self._replace(self._order(joined.order_id).with_payment(joined), touched)
        return known is None or told.holds_in(joined) or not joined.looks_like(known)

    def _is_told_of(self, order_id: str) -> bool:
        """Whether a mention is known that says whose the order is, and so beats each that only names it."""
        mention = self._order(order_id).mention
        return mention is not None and bool(mention.merchant_id)

    def _order(self, order_id: str) -> Order:
        known = self.orders.get(order_id)
        return known.order if known else Order(order_id)

    def _replace(self, order: Order, touched: set[str]) -> None:
        known = self.orders.get(order.order_id)
        latest = (known.version, known.summary, known.previous_status) if known else ()
        self.orders[order.order_id] = Known(order, *latest)
        touched.add(order.order_id)

    def _next_version(self, order_id: str, told: Told, now: datetime) -> int | None:
        """Number and note the change, if there is one to see."""
        known = self.orders[order_id]
        summary = summarize(known.order, merchant_id=self.merchant_id)
        if summary == known.summary:
            return None
        version, previous = max(known.version, self.above) + 1, known.summary.status if known.summary else None
        self.orders[order_id] = Known(known.order, version, summary, previous)
        self.new_versions.add(order_id)
        if not known.version:
            self.created_orders.add(order_id)
        self.changes.append(_change(order_id, version, summary, previous, told, now))
        return version

    def _order_of(self, told: Told, touched: set[str]) -> str | None:
        """Whose timeline the event stands in: the order that it names, unless its payment belongs to another."""
        payment = self.payments.get(told.payment_id) if told.payment_id else None
        if payment is None or told.order_id in touched:
            return told.order_id
        return payment.order_id or told.order_id

    def _payments_in(self, told: Told) -> list[Payment]:
        ids = dict.fromkeys(fact.payment_id for fact in told.facts if isinstance(fact, Payment | Session))
        return [self.payments[payment_id] for payment_id in ids if payment_id in self.payments]

    def _goodbye(self, told: Told, known: Payment, versions: Mapping[str, int | None]) -> Line | None:
        """A line for the order that the payment was of until now."""
        left, now_of = known.order_id, self.payments[known.payment_id].order_id
        if left is None or left == now_of or left not in versions:
            return None
        words = f"payment {known.payment_id} belongs to order {now_of} now; {self._effect(told, left, versions[left])}"
        return applied(told, left, words, versions[left])

    def _effect(self, told: Told, order_id: str | None, version: int | None) -> str:
        known = self.orders.get(order_id) if order_id else None
        if known is None or known.summary is None:
            return INVOICED if told.billing else UNMATCHED
        return effect(known.previous_status, known.summary.status, is_new=version is not None)

    def _what_is_known(self, told: Told) -> str:
        told_of = [fact for fact in told.facts if isinstance(fact, Payment)]
        return ", ".join(self.payments[fact.payment_id].in_words(fact) for fact in told_of)


def fold(order_id: str, facts: Iterable[Fact], *, merchant_id: str = "default") -> Summary | None:
    """An order's summary from the set of its facts; None if none of them is about it."""
    books = Books(merchant_id)
    touched: set[str] = set()
    for fact in facts:
        books.merge(fact, touched)
    known = books.orders.get(order_id)
    return summarize(known.order, merchant_id=merchant_id) if known else None


def _change(
    order_id: str, version: int, summary: Summary, previous: OrderStatus | None, told: Told, now: datetime
) -> OrderStatusChanged:
    return OrderStatusChanged(
        event_id=OrderStatusChanged.id_for(order_id, version),
        occurred_at=now,
        merchant_id=summary.merchant_id,
        order_id=order_id,
        reference=summary.reference,
        version=version,
        status=summary.status,
        previous_status=previous,
        currency=summary.currency,
        amounts=summary.amounts,
        flags=summary.flags,
        cause=Cause(event_id=told.event_id, event_type=told.event_type),
    )
