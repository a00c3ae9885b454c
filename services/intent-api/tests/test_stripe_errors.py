"""Each way in which Stripe can fail, told over real HTTP through the official library."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from conftest import Serve
    from scripted_stripe import ScriptedStripe

CART = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
CHECKOUT = {**CART, "success_url": "http://localhost:8000/", "cancel_url": "http://localhost:8000/"}
FINAL: list[tuple[int, dict[str, str], int, str]] = [
    (402, {"type": "card_error", "code": "card_declined", "decline_code": "fraudulent"}, 402, "card_declined"),
    (400, {"type": "idempotency_error"}, 409, "idempotency_key_reused"),
    (400, {"param": "metadata"}, 502, "stripe_rejected"),
    (404, {"code": "resource_missing"}, 502, "stripe_rejected"),
    (401, {}, 502, "stripe_credentials_rejected"),
    (403, {}, 502, "stripe_credentials_rejected"),
    (429, {"code": "rate_limit"}, 503, "stripe_rate_limited"),
]


@pytest.mark.parametrize(("status", "error", "answered", "code"), FINAL, ids=lambda value: str(value)[:40])
async def test_error_that_time_does_not_heal_is_told_at_once(
    serve_api: Serve, stripe: ScriptedStripe, status: int, error: dict[str, str], answered: int, code: str
) -> None:
    """Asked once, answered as a problem with its own code."""
    stripe.fails(status, error)
    answer = await (await serve_api()).post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (answered, code)
    assert len(stripe.requests) == 1


async def test_decline_tells_stripes_reason(serve_api: Serve, stripe: ScriptedStripe) -> None:
    """As `decline_code`."""
    stripe.fails(402, {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"})
    answer = await (await serve_api()).post("/v1/payment-intents", CART)
    assert answer.body["decline_code"] == "insufficient_funds"


@pytest.mark.parametrize(("param", "field"), [("customer_email", "email"), ("success_url", "success_url")])
async def test_value_of_the_caller_that_stripe_refuses_is_the_callers_to_correct(
    serve_api: Serve, stripe: ScriptedStripe, param: str, field: str
) -> None:
    """Under the name that the caller knows."""
    stripe.fails(400, {"param": param})
    answer = await (await serve_api()).post("/v1/checkout-sessions", CHECKOUT)
    assert (answer.status, answer.body["errors"]) == (422, [{"field": field, "message": "as scripted"}])


@pytest.mark.parametrize("status", [409, 500, 503])
async def test_error_that_time_may_heal_is_retried_with_the_same_key(
    serve_api: Serve, stripe: ScriptedStripe, status: int
) -> None:
    """And then the order goes its way (as far as Kafka, which is not there)."""
    stripe.fails(status)
    stripe.fails(status)
    stripe.script.append(lambda: stripe.created("/v1/payment_intents", {"amount": "2400", "currency": "usd"}))
    answer = await (await serve_api()).post("/v1/payment-intents", CART)
    assert answer.body["code"] == "broker_unavailable"
    assert len(stripe.requests) == 3
    assert len({str(request) for request in stripe.requests}) == 1


@pytest.mark.parametrize(
    ("status", "answered", "code"), [(409, 409, "request_in_progress"), (500, 503, "outcome_unknown")]
)
async def test_error_that_stays_ends_within_the_patience(
    serve_api: Serve, stripe: ScriptedStripe, status: int, answered: int, code: str
) -> None:
    """The caller is told to retry, and when."""
    stripe.fails(status)
    answer = await (await serve_api(stripe_patience=0.5)).post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (answered, code)
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(stripe.requests) > 1


@pytest.mark.parametrize(("status", "told", "requests"), [(500, "false", 1), (429, "true", 3)])
async def test_stripes_word_on_retrying_counts_before_ours(
    serve_api: Serve, stripe: ScriptedStripe, status: int, told: str, requests: int
) -> None:
    """`Stripe-Should-Retry`."""
    stripe.fails(status, headers={"Stripe-Should-Retry": told})
    await (await serve_api()).post("/v1/payment-intents", CART)
    assert len(stripe.requests) == requests


async def test_rate_limit_passes_on_how_long_to_wait(serve_api: Serve, stripe: ScriptedStripe) -> None:
    """If Stripe says so."""
    stripe.fails(429, headers={"Retry-After": "7"})
    answer = await (await serve_api()).post("/v1/payment-intents", CART)
    assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff"])
async def test_answer_that_makes_no_sense_has_an_unknown_outcome(
    serve_api: Serve, stripe: ScriptedStripe, body: bytes
) -> None:
    """Something between us and Stripe may have answered."""
    stripe.script.append(lambda: web.Response(body=body, status=502))
    answer = await (await serve_api()).post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (503, "outcome_unknown")


@pytest.mark.parametrize("body", [[], {}, {"id": "pi_1", "object": "payment_intent"}])
async def test_success_that_is_no_payment_intent_has_an_unknown_outcome(
    serve_api: Serve, stripe: ScriptedStripe, body: object
) -> None:
    """It is asked for again, under the same key."""
    stripe.has("POST /v1/payment_intents", body)
    answer = await (await serve_api()).post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (503, "outcome_unknown")
    assert len({key for _, _, key in stripe.requests}) == 1


async def test_answer_cut_off_in_the_middle_has_an_unknown_outcome(serve_api: Serve, stripe: ScriptedStripe) -> None:
    """The library lets aiohttp's own error through."""

    async def cut_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(cut_off, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        api = await serve_api(stripe_api_base=f"http://127.0.0.1:{port}")
        answer = await api.post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (503, "outcome_unknown")


async def test_stripe_that_is_not_there_has_an_unknown_outcome(serve_api: Serve) -> None:
    """Nobody listens."""
    answer = await (await serve_api(stripe_api_base="http://127.0.0.1:9")).post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (503, "outcome_unknown")


@pytest.mark.parametrize("limits", [{"stripe_timeout": 0.2, "stripe_patience": 0.5}, {"stripe_patience": 0.3}])
async def test_stripe_that_is_silent_is_waited_for_within_limits(serve_api: Serve, limits: dict[str, float]) -> None:
    """A limit on each call, and one on all together."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        api = await serve_api(stripe_api_base=f"http://127.0.0.1:{port}", **limits)
        async with asyncio.timeout(5):
            answer = await api.post("/v1/payment-intents", CART)
    assert (answer.status, answer.body["code"]) == (503, "outcome_unknown")


async def test_logs_never_repeat_stripes_message_or_a_secret(
    serve_api: Serve, stripe: ScriptedStripe, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stripe quotes what it was sent, such as a buyer's address."""
    caplog.set_level(logging.DEBUG)
    stripe.fails(400, {"message": "Invalid email address: ada@example.com", "param": "customer_email"})
    api = await serve_api()
    await api.post("/v1/checkout-sessions", {**CHECKOUT, "email": "ada@example.com"}, key="a-secret-key")
    logged = caplog.text + "".join(capsys.readouterr())
    assert "stripe_call_failed" in logged
    assert "ada@" not in logged
    assert "sk_test" not in logged


async def test_stripe_is_asked_with_pinned_version_and_what_the_order_needs(
    serve_api: Serve, stripe: ScriptedStripe
) -> None:
    """The order's id travels with the payment intent."""
    await (await serve_api()).post("/v1/payment-intents", {**CART, "reference": "A-1", "metadata": {"note": "gift"}})
    path, params, key = stripe.requests[0]
    order_id = params["metadata[order_id]"]
    assert (path, key) == ("/v1/payment_intents", f"{order_id}.place")
    assert (params["amount"], params["currency"], params["metadata[note]"]) == ("2400", "usd", "gift")
    assert (params["metadata[reference]"], params["metadata[merchant_id]"]) == ("A-1", "default")
    assert stripe.headers[0]["Stripe-Version"] == "2026-10-28.endive"


async def test_checkout_carries_the_order_on_the_session_and_on_its_payment(
    serve_api: Serve, stripe: ScriptedStripe
) -> None:
    """Either event names the order; the placeholder for the session's id stays as it is."""
    success = "http://localhost:8000/success?session={CHECKOUT_SESSION_ID}"
    await (await serve_api()).post("/v1/checkout-sessions", {**CHECKOUT, "success_url": success, "email": "a@b.test"})
    path, params, _ = stripe.requests[0]
    assert path == "/v1/checkout/sessions"
    assert params["metadata[order_id]"] == params["payment_intent_data[metadata][order_id]"]
    assert (params["line_items[0][price_data][unit_amount]"], params["line_items[0][quantity]"]) == ("2400", "1")
    assert (params["success_url"], params["customer_email"]) == (success, "a@b.test")
