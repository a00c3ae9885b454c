"""What follows from an Idempotency-Key."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_api.carts import Item
from intent_api.idempotency import order_id_for, request_hash, require_key, stripe_key_for
from intent_api.payment_intents import PaymentIntentBody
from tillstream_operations import Problem

keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=255)


def test_order_id_stays_what_it_was_in_the_first_release() -> None:
    """A new release must find the orders of the old one: this value never changes."""
    assert order_id_for("default", "a-key") == "ord_w2mcgzyaiwwxaq4jfiho7ylfp6fubvsi"


@given(keys, keys)
def test_keys_name_the_same_order_only_if_they_are_the_same(one: str, other: str) -> None:
    """And an order id always has the form that the contracts ask for."""
    assert (order_id_for("default", one) == order_id_for("default", other)) == (one == other)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", order_id_for("default", one))


def test_merchants_do_not_share_keys() -> None:
    """Not even where merchant and key run together to the same letters."""
    assert len({order_id_for("a", "bc"), order_id_for("ab", "c"), order_id_for("abc", " ")}) == 3


@pytest.mark.parametrize("missing", [None, ""])
async def test_missing_key_is_asked_for(missing: str | None) -> None:
    """With a code of its own, as every newcomer meets it."""
    with pytest.raises(Problem) as refused:
        await require_key(missing)
    assert (refused.value.status, refused.value.code) == (400, "idempotency_key_required")


@pytest.mark.parametrize("key", ["x" * 256, "tab\there", "clé", "a\nb"])
async def test_malformed_key_is_refused(key: str) -> None:
    """Printable ASCII, up to 255."""
    with pytest.raises(Problem) as refused:
        await require_key(key)
    assert (refused.value.status, refused.value.code) == (400, "idempotency_key_invalid")


@given(keys)
async def test_printable_key_is_taken_as_it_is(key: str) -> None:
    """No normalising: two keys that differ are two orders."""
    assert await require_key(key) == key


def test_request_hash_tells_bodies_apart_and_not_spellings() -> None:
    """What is left out and what is null are the same; everything else counts, also what Stripe never sees."""
    body = PaymentIntentBody(items=[Item(sku="mug", quantity=1)], currency="usd")
    same = PaymentIntentBody.model_validate_json(
        '{"currency": "usd", "reference": null, "items": [{"quantity": 1, "sku": "mug"}]}'
    )
    others = [
        body.model_copy(update={"currency": "eur"}),
        body.model_copy(update={"reference": "A-1"}),
        body.model_copy(update={"items": [Item(sku="beans", quantity=1)]}),
    ]
    assert request_hash(same) == request_hash(body)
    assert len({request_hash(each) for each in [body, *others]}) == 4


def test_stripe_key_fits_into_stripes_limit() -> None:
    """255 characters, and some to spare for the keys after a failure that Stripe keeps."""
    assert stripe_key_for("ord_1", "place") == "ord_1.place"
    assert len(stripe_key_for(order_id_for("default", "x" * 255), "refund", "x" * 255)) <= 200


def test_no_stripe_key_is_for_two_effects() -> None:
    """Nor for two things, nor for two wishes of a caller."""
    effects = [
        stripe_key_for(subject, effect, key)
        for subject in ("ord_1", "ord_2")
        for effect in ("refund", "capture", "cancel")
        for key in (None, "one", "other")
    ]
    assert len(set(effects)) == len(effects)
    assert stripe_key_for("ord_1", "refund", "one") == stripe_key_for("ord_1", "refund", "one")
