"""Test cards: their table, and what may be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from stripe_sim.payments.test_cards import BY_FINGERPRINT, INSTRUMENTS, is_card_number

if TYPE_CHECKING:
    from conftest import Sim

CARD = {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}


def test_every_card_number_is_valid_and_every_instrument_known_by_its_fingerprint() -> None:
    assert all(is_card_number(one.number) for one in INSTRUMENTS if one.kind == "card")
    assert len(BY_FINGERPRINT) == len(INSTRUMENTS)


def test_a_typed_number_is_not_kept(sim: Sim) -> None:
    made = sim.call("POST", "/v1/payment_methods", {"type": "card", **{f"card[{k}]": v for k, v in CARD.items()}})
    assert made.json()["card"]["last4"] == "4242"
    assert "424242" not in made.text
    paid = sim.pay(made.json()["id"])
    assert "424242" not in sim.call("GET", "/v1/events").text
    assert paid.status == "succeeded"


@pytest.mark.parametrize(("wrong", "code"), [
    ({"number": "4242424242424241"}, "incorrect_number"),
    ({"number": "abc"}, "incorrect_number"),
    ({"number": "4111111111111111"}, "card_declined"),
    ({"exp_month": 13}, "invalid_expiry_month"),
    ({"exp_year": 2001}, "invalid_expiry_year"),
    ({"exp_year": 2999}, "invalid_expiry_year"),
    ({"cvc": "12"}, "invalid_cvc"),
])  # fmt: skip
def test_a_mistyped_card_is_a_card_error(sim: Sim, wrong: dict[str, Any], code: str) -> None:
    asked: Any = {"type": "card", "card": CARD | wrong}
    with pytest.raises(stripe.CardError) as refused:
        sim.stripe.v1.payment_methods.create(asked)
    assert refused.value.code == code
