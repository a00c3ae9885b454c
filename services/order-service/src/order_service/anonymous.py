"""What is left of an event once its customer is forgotten: money, statuses and times, and nobody's name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from order_service.invoice import InvoicePayment
from order_service.mention import Mention
from order_service.payment import Payment
from order_service.placed import Placed
from order_service.session import Session
from order_service.subscription import Subscription
from order_service.told import BillingFact, Fact, Told


def customer_name(merchant_id: str, customer_id: str) -> str:
    """A customer, as it is forgotten: two merchants may give the same id to two people."""
    return f"customer/{merchant_id}/{customer_id}"


def order_name(order_id: str) -> str:
    """An order, as it is forgotten whose it was."""
    return f"order/{order_id}"


def payment_name(payment_id: str) -> str:
    """A payment, as it is forgotten whose it was."""
    return f"payment/{payment_id}"


def subscription_name(stripe_id: str) -> str:
    """A subscription, as it is forgotten whose it was."""
    return f"subscription/{stripe_id}"


def names_in(told: Told, merchant_id: str) -> Iterator[str]:
    """All that an event is about: if any of it is forgotten, the event may tell nobody's name."""
    if told.order_id:
        yield order_name(told.order_id)
    if told.payment_id:
        yield payment_name(told.payment_id)
    for fact in (*told.facts, *told.billing):
        yield from _names(fact, merchant_id)


def _names(fact: Fact | BillingFact, merchant_id: str) -> Iterator[str]:
    match fact:
        case Placed() | Mention():
            yield order_name(fact.order_id)
            yield customer_name(fact.merchant_id or merchant_id, fact.customer_id)
        case Payment():
            yield payment_name(fact.payment_id)
            yield customer_name(merchant_id, fact.telling.customer_id)
            if fact.order_id:
                yield order_name(fact.order_id)
        case Session():
            yield order_name(fact.order_id)
        case Subscription():
            yield subscription_name(fact.stripe_id)
            if fact.naming:
                yield customer_name(fact.naming.merchant_id or merchant_id, fact.naming.customer_id)
            yield from (customer_name(merchant_id, told.customer) for told in fact.tellings)
        case InvoicePayment():
            yield payment_name(fact.payment_id)
        case _:
            assert_never(fact)


def anonymous(told: Told) -> Told:
    """The event without the customer's ids, and without the texts that the shop gave to the order."""
    return replace(told, facts=tuple(map(_fact, told.facts)), billing=tuple(map(_billing, told.billing)))


def _fact(fact: Fact) -> Fact:
    match fact:
        case Placed():
            return replace(fact, customer_id="", reference="", metadata="{}")
        case Mention():
            return replace(fact, customer_id="", reference="")
        case Payment():
            return replace(fact, telling=fact.telling._replace(customer_id=""))
        case Session():
            return fact
        case _:
            assert_never(fact)


def _billing(fact: BillingFact) -> BillingFact:
    if isinstance(fact, InvoicePayment):
        return fact
    naming = fact.naming._replace(customer_id="") if fact.naming else None
    return replace(fact, naming=naming, tellings=frozenset(told._replace(customer="") for told in fact.tellings))
