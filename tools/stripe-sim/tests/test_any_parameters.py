"""Whatever a caller sends, it reads an answer of Stripe's kind, never a 500."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from stripe_sim.app import OPERATIONS
from stripe_sim.money import Currency
from stripe_sim.operations import Operation
from stripe_sim.parameters import Boolean, Integer, Kind, ListOf, OneOf, Shape

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
Pairs = list[tuple[str, str]]


def some(kind: Kind, name: str, chance: random.Random) -> Pairs:
    """Parameters of this kind: mostly right, sometimes not."""
    if chance.random() < 0.05:
        return [(f"{name}[odd]", "1")]
    if chance.random() < 0.05:
        return [(name, chance.choice(WORDS))]
    match kind:
        case Shape(kinds=kinds, required=required):
            taken = [part for part in kinds if part in required or chance.random() < 0.15]
            named = [(kinds[part], f"{name}[{part}]" if name else part) for part in taken]
            return [pair for inner, path in named for pair in some(inner, path, chance)]
        case ListOf(kind=inner):
            return [pair for index in range(chance.randrange(3)) for pair in some(inner, f"{name}[{index}]", chance)]
        case OneOf(words=words):
            return [(name, chance.choice(words))]
        case Integer():
            return [(name, str(chance.randrange(1, 3000)))]
        case Boolean():
            return [(name, chance.choice(("true", "false")))]
        case Currency():
            return [(name, chance.choice(("usd", "eur", "jpy", "kwd")))]
        case _:
            return [(name, chance.choice(WORDS))]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_any_parameters_get_an_answer(sim: Sim, operation: Operation) -> None:
    chance = random.Random(operation.path + operation.method)
    for _ in range(CALLS_EACH):
        known = (sim.intent().id, sim.pay("pm_card_visa", capture_method="manual").id, sim.session().id, "none")
        path = operation.path.replace("{id}", chance.choice(known))
        pairs = [pair for pair in some(operation.shape, "", chance) if not pair[0].startswith("[")]
        answer = sim.call(operation.method, path, pairs)
        assert answer.status_code in (200, 400, 402, 404), (pairs, answer.text)
