"""Whatever a caller sends, it reads an answer of Stripe's kind, never a 500."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from stripe_sim.http.money import Currency
from stripe_sim.http.operations import Operation
from stripe_sim.http.parameters import Boolean, Integer, Kind, ListOf, OneOf, Shape
from stripe_sim.nouns import OPERATIONS

if TYPE_CHECKING:
    from conftest import Sim

CALLS_EACH = 25
WORDS = (
    *(
        "",
        "0",
        "-1",
        "x",
        "é\x00",
        "99999999999999999999",
        "*",
        "https://shop.test",
        "http://[::1",
        "usd",
        "2000000000",
    ),
    *("pm_card_visa", "pm_card_chargeDeclined", "pm_card_simProcessing", "pm_usBankAccount_success", "tok_visa"),
    *("latest_charge", "data.x", "line_items.data.price"),
)
LIKELY = 10
"""So many times more likely a known thing is named than any one word."""
MONTHLY: Any = {
    "currency": "eur", "unit_amount": 1000, "recurring": {"interval": "month"}, "product_data": {"name": "Tea"},
}  # fmt: skip
Pairs = list[tuple[str, str]]
Stock = dict[str, tuple[str, ...]]


def some(kind: Kind, name: str, chance: random.Random, stocked: Stock) -> Pairs:
    """Parameters of this kind: mostly right, sometimes not."""
    if chance.random() < 0.05:
        return [(f"{name}[odd]", "1")]
    if chance.random() < 0.05:
        return [(name, chance.choice(WORDS))]
    match kind:
        case Shape(kinds=kinds, required=required):
            taken = [part for part in kinds if part in required or chance.random() < 0.15]
            named = [(kinds[part], f"{name}[{part}]" if name else part) for part in taken]
            return [pair for inner, path in named for pair in some(inner, path, chance, stocked)]
        case ListOf(kind=inner):
            return [
                pair
                for index in range(chance.randrange(3))
                for pair in some(inner, f"{name}[{index}]", chance, stocked)
            ]
        case OneOf(words=words):
            return [(name, chance.choice(words))]
        case Integer():
            return [(name, str(chance.randrange(1, 3000)))]
        case Boolean():
            return [(name, chance.choice(("true", "false")))]
        case Currency():
            return [(name, chance.choice(("usd", "eur", "jpy", "kwd")))]
        case _:
            things = stocked.get(name.removesuffix("]").rpartition("[")[2], ())
            return [(name, chance.choice((*WORDS, *things * LIKELY)))]


def stock(sim: Sim) -> Stock:
    """One thing of each kind, by the words that a path or a parameter has for it."""
    v1 = sim.stripe.v1
    customer, price = sim.customer(payment_method="pm_card_visa").id, v1.prices.create(MONTHLY)
    subscription: Any = {"customer": customer, "items": [{"price": price.id}], "payment_behavior": "default_incomplete"}
    saving: Any = {"mode": "setup", "currency": "eur", "success_url": "https://shop.test", "customer": customer}
    begun = v1.subscriptions.create(subscription)
    paid = sim.pay("pm_card_visa")
    return {
        "charge": (str(paid.latest_charge),),
        "checkout": (sim.session().id, v1.checkout.sessions.create(saving).id),
        "customer": (customer, sim.customer().id),
        "invoice": (str(begun.latest_invoice),),
        "payment_intent": (sim.intent().id, paid.id, sim.pay("pm_card_visa", capture_method="manual").id),
        "payment_method": (v1.customers.payment_methods.list(customer).data[0].id, str(paid.payment_method)),
        "price": (price.id,),
        "product": (str(price.product),),
        "refund": (v1.refunds.create({"payment_intent": sim.pay("pm_card_pendingRefund").id}).id,),
        "setup_intent": (v1.setup_intents.create({"customer": customer}).id,),
        "subscription": (begun.id,),
    }


def path_of(operation: Operation, stocked: Stock, chance: random.Random) -> str:
    """The operation's path with the id of a fitting thing in it, sometimes with none."""
    kind = operation.path.split("/")[2].removesuffix("s")
    if "{customer}" in operation.path:
        kind = "payment_method"
    named = operation.path.replace("{customer}", stocked["customer"][0])
    return named.replace("{id}", chance.choice((*stocked.get(kind, ()), "none")))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_any_parameters_get_an_answer(sim: Sim, operation: Operation) -> None:
    chance = random.Random(operation.path + operation.method)
    for number in range(CALLS_EACH):
        if number % 5 == 0:
            stocked = stock(sim)
        path = path_of(operation, stocked, chance)
        pairs = [pair for pair in some(operation.shape, "", chance, stocked) if not pair[0].startswith("[")]
        answer = sim.call(operation.method, path, pairs)
        assert answer.status_code in (200, 400, 402, 403, 404), (pairs, answer.text)
