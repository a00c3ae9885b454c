"""In which language Stripe speaks to the buyer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_api.locales import AUTO, KNOWN, nearest, preferred

if TYPE_CHECKING:
    from conftest import Serve
    from scripted_stripe import ScriptedStripe

CART: dict[str, Any] = {"items": [{"sku": "mug", "quantity": 1}], "currency": "eur"}
CHECKOUT = {**CART, "success_url": "http://localhost:8000/s", "cancel_url": "http://localhost:8000/c"}


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB", "en-GB"),
        ("en-US,en;q=0.5", "en"),
        ("es-MX", "es-419"),
        ("zh-Hant-TW", "zh-TW"),
        ("zh-CN", "zh"),
        ("no", "nb"),
        ("cy, fr;q=0.3, it;q=0.7", "it"),
        ("cy", AUTO),
        ("*", AUTO),
        ("de;q=0, fr", "fr"),
        ("de;q=nonsense, fr", "fr"),
        ("", AUTO),
        ("de," * 300, AUTO),
    ],
)
def test_nearest_language_that_stripe_speaks_is_taken(header: str, locale: str) -> None:
    """By the browser's own order of preference."""
    assert nearest(preferred(header)) == locale


@given(st.text(max_size=600))
def test_no_header_is_trouble(header: str) -> None:
    """Whatever was sent, Stripe gets a locale that it knows."""
    assert nearest(preferred(header)) in {AUTO, *KNOWN.values()}


@pytest.mark.parametrize(
    ("body", "languages", "locale"),
    [({}, "ja", "ja"), ({"locale": "fr-BE"}, "ja", "fr"), ({"locale": "auto"}, "ja", AUTO)],
)
async def test_checkout_is_shown_in_the_buyers_language(
    serve_api: Serve, stripe: ScriptedStripe, body: dict[str, str], languages: str, locale: str
) -> None:
    """What the shop says counts before what the browser says."""
    api = await serve_api()
    sent = json.dumps({**CHECKOUT, **body}).encode()
    await api.send("POST", "/v1/checkout-sessions", sent, **api.as_browser("k"), Accept_Language=languages)
    assert stripe.requests[0][1]["locale"] == locale


@pytest.mark.parametrize("locale", ["d", "de_AT", "x" * 50, "de-AT\n", 5])
async def test_malformed_locale_is_the_callers_to_correct(
    serve_api: Serve, stripe: ScriptedStripe, locale: object
) -> None:
    """A tag as RFC 5646 writes it."""
    answer = await (await serve_api()).post("/v1/payment-intents", {**CART, "locale": locale})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "locale")
    assert stripe.requests == []
