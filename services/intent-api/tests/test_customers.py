"""Customers and what they have saved, against a Stripe whose answers the test writes."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tillstream_contracts.customer_tokens import verify

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_stripe import ScriptedStripe

ADA = {"reference": "cust-77", "email": "ada@example.com", "name": "Ada Lovelace"}
CARDS = "/v1/customers/cus_1/payment-methods"
CARD: dict[str, Any] = {
    "id": "pm_1",
    "object": "payment_method",
    "type": "card",
    "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030, "fingerprint": "secret"},
    "billing_details": {"email": "ada@example.com"},
    "customer": "cus_1",
}
DEBIT = {"id": "pm_2", "object": "payment_method", "type": "sepa_debit", "sepa_debit": {"last4": "3000"}}


def customer(**facts: Any) -> dict[str, Any]:
    ours = {"id": "cus_1", "object": "customer", "metadata": {"merchant_id": "default"}, "invoice_settings": {}}
    return {**ours, **facts}


@pytest.fixture
async def api(serve_api: Serve, stripe: ScriptedStripe) -> Api:
    stripe.has("POST /v1/customers", customer())
    stripe.has("GET /v1/customers/cus_1", customer(invoice_settings={"default_payment_method": "pm_1"}))
    stripe.has("GET /v1/customers/cus_1/payment_methods", {"object": "list", "data": [CARD, DEBIT], "has_more": False})
    return await serve_api()


@pytest.mark.shows("POST /v1/customers")
async def test_customer_is_made_at_stripe_alone_and_nothing_personal_is_logged(
    api: Api, stripe: ScriptedStripe, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer has ids only."""
    caplog.set_level(logging.DEBUG)
    answer = await api.post("/v1/customers", ADA, bearer=api.secret_key)
    assert (answer.status, answer.body) == (201, {"customer_id": "cus_1", "reference": "cust-77"})
    _, params, _ = stripe.requests[0]
    assert (params["email"], params["name"]) == ("ada@example.com", "Ada Lovelace")
    assert (params["metadata[merchant_id]"], params["metadata[reference]"]) == ("default", "cust-77")
    logged = caplog.text + "".join(capsys.readouterr())
    assert "customer_made" in logged
    assert "ada@" not in logged
    assert "Lovelace" not in logged
    assert "cus_1" not in logged


async def test_key_for_a_customer_is_its_own_and_the_same_on_a_retry(api: Api, stripe: ScriptedStripe) -> None:
    """Stripe then answers as it did the first time."""
    for key in ("one", "one", "other"):
        await api.post("/v1/customers", {}, key=key, bearer=api.secret_key)
    first, retry, other = (key for _, _, key in stripe.requests)
    assert first == retry != other
    assert first.startswith("default.customer.")


@pytest.mark.parametrize(
    "body", [{"email": "ada"}, {"name": ""}, {"name": "a\nb"}, {"reference": "x" * 201}, {"phone": "1"}]
)
async def test_faulty_customer_is_refused_by_its_field(api: Api, stripe: ScriptedStripe, body: Any) -> None:
    """And nothing is made."""
    answer = await api.post("/v1/customers", body, bearer=api.secret_key)
    assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (422, list(body))
    assert stripe.asked == []


@pytest.mark.shows("POST /v1/customers/{customer_id}/tokens")
async def test_token_is_for_this_customer_and_ends(api: Api) -> None:
    """After the lifetime that is set."""
    answer = await api.post("/v1/customers/cus_1/tokens", None, bearer=api.secret_key)
    grant = verify(answer.body["token"], api.token_secret, now=datetime.now(UTC))
    assert (answer.status, grant.customer_id, grant.merchant_id) == (201, "cus_1", "default")
    assert grant.expires_at == datetime.fromisoformat(answer.body["expires_at"])
    assert timedelta(minutes=29) < grant.expires_at - datetime.now(UTC) <= timedelta(minutes=30)


async def test_customer_that_was_not_made_here_is_reached_by_the_server_and_no_token(
    api: Api, stripe: ScriptedStripe
) -> None:
    """One Stripe account may serve others too."""
    stripe.has("GET /v1/customers/cus_1", customer(metadata={}))
    refused = await api.post("/v1/customers/cus_1/tokens", None, bearer=api.secret_key)
    by_token = await api.get(CARDS, bearer=api.customer_token("cus_1"))
    assert (refused.status, refused.body["code"]) == (by_token.status, by_token.body["code"])
    assert (refused.status, refused.body["code"]) == (403, "customer_not_ours")
    assert (await api.get(CARDS)).status == 200


@pytest.mark.parametrize("gone", [None, customer(deleted=True)])
async def test_customer_that_stripe_does_not_know_gets_no_token(api: Api, stripe: ScriptedStripe, gone: Any) -> None:
    """Nor one that was deleted."""
    stripe.lacks("GET /v1/customers/cus_1")
    if gone:
        stripe.has("GET /v1/customers/cus_1", gone)
    answer = await api.post("/v1/customers/cus_1/tokens", None, bearer=api.secret_key)
    assert (answer.status, answer.body["code"]) == (404, "customer_not_found")


@pytest.mark.shows("GET /v1/customers/{customer_id}/payment-methods")
async def test_saved_cards_show_as_much_as_a_page_needs(api: Api) -> None:
    """And nothing that Stripe knows beyond it."""
    answer = await api.get(CARDS, bearer=api.customer_token("cus_1"))
    card, debit = answer.body["payment_methods"]
    assert card == {
        "payment_method_id": "pm_1",
        "type": "card",
        "brand": "visa",
        "last4": "4242",
        "exp_month": 12,
        "exp_year": 2030,
        "default": True,
    }
    assert (debit["type"], debit["last4"], debit["brand"], debit["default"]) == ("sepa_debit", "3000", None, False)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.shows("DELETE /v1/customers/{customer_id}/payment-methods/{payment_method_id}")
async def test_own_card_is_forgotten(api: Api, stripe: ScriptedStripe) -> None:
    """Under a key of its own."""
    stripe.has("GET /v1/payment_methods/pm_1", CARD)
    stripe.has("POST /v1/payment_methods/pm_1/detach", {**CARD, "customer": None})
    assert (await api.delete(f"{CARDS}/pm_1", bearer=api.customer_token("cus_1"))).status == 204
    assert stripe.requests[-1][::2] == ("/v1/payment_methods/pm_1/detach", "pm_1.detach")


async def test_card_of_somebody_else_is_not_touched(api: Api, stripe: ScriptedStripe) -> None:
    """And not confirmed to exist."""
    stripe.has("GET /v1/payment_methods/pm_1", {**CARD, "customer": "cus_2"})
    stripe.lacks("GET /v1/payment_methods/pm_9")
    for card in ("pm_1", "pm_9"):
        answer = await api.delete(f"{CARDS}/{card}", bearer=api.customer_token("cus_1"))
        assert (answer.status, answer.body["code"]) == (404, "payment_method_not_found")
    assert {asked.split()[0] for asked in stripe.asked} == {"GET"}


async def test_card_that_was_forgotten_stays_so(api: Api, stripe: ScriptedStripe) -> None:
    """A retry is the same 204."""
    stripe.has("GET /v1/payment_methods/pm_1", {**CARD, "customer": None})
    assert (await api.delete(f"{CARDS}/pm_1")).status == 204
    assert stripe.asked == ["GET /v1/customers/cus_1", "GET /v1/payment_methods/pm_1"]


@pytest.mark.shows("POST /v1/customers/{customer_id}/setup-intents")
async def test_setup_intent_is_for_this_customer_and_says_whose_it_is(api: Api, stripe: ScriptedStripe) -> None:
    """The answer has what Stripe.js needs."""
    made = {"id": "seti_1", "object": "setup_intent", "client_secret": "seti_1_secret", "status": "requires_action"}
    stripe.has("POST /v1/setup_intents", made)
    answer = await api.post("/v1/customers/cus_1/setup-intents", None, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body) == (
        201,
        {
            "setup_intent_id": "seti_1",
            "client_secret": "seti_1_secret",
            "publishable_key": "pk_test_stripe",
            "status": "requires_action",
        },
    )
    _, params, key = stripe.requests[0]
    assert (params["customer"], params["usage"]) == ("cus_1", "off_session")
    assert (params["metadata[customer_id]"], params["metadata[merchant_id]"]) == ("cus_1", "default")
    assert key.startswith("cus_1.setup.")
