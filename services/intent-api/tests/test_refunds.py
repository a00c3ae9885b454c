"""Refunds: what Stripe says can be given back, once per key, on stripe-sim's real amounts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from intent_api.payments import Payment
from intent_api.refunding import chosen
from tillstream_operations import Problem

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_orders import ScriptedOrders
    from scripted_stripe import ScriptedStripe
    from stripe_sim_process import StripeSim

REFUNDS = "/v1/orders/ord_1/refunds"
FRENZY = 10


@pytest.fixture
async def api(serve_api: Serve, stripe_sim: StripeSim, orders: ScriptedOrders) -> Api:
    return await serve_api(stripe_api_base=stripe_sim.url, order_service_url=orders.url)


async def paid(stripe_sim: StripeSim, amount: int = 2000, currency: str = "usd", **changes: Any) -> str:
    """A payment that brought its money."""
    made = await stripe_sim.call(
        "/v1/payment_intents", amount=amount, currency=currency, **{"payment_method_types[]": "card", **changes}
    )
    await stripe_sim.call(f"/v1/payment_intents/{made['id']}/confirm", payment_method="pm_card_visa")
    return str(made["id"])


async def refund(api: Api, key: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await api.post(REFUNDS, body, key=key, bearer=api.secret_key)
    return answer.status, answer.body


@pytest.mark.shows("POST /v1/orders/{order_id}/refunds")
async def test_order_is_refunded_in_parts_and_then_no_further(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """What is left is told with the refusal; the rest needs no amount."""
    payment = await paid(stripe_sim)
    orders.has("ord_1", payment)
    status, first = await refund(api, "one", amount=500, reason="requested_by_customer")
    assert (status, first["payment_intent_id"], first["amount"]) == (202, payment, 500)
    assert first["refund_id"].startswith("re_")
    status, refused = await refund(api, "two", amount=1501)
    assert (status, refused["code"]) == (409, "amount_not_refundable")
    assert (refused["captured"], refused["refunded"], refused["refundable"]) == (2000, 500, 1500)
    status, rest = await refund(api, "three")
    assert (status, rest["amount"], rest["currency"]) == (202, 1500, "usd")
    status, refused = await refund(api, "four")
    assert (status, refused["code"], refused["refundable"]) == (409, "amount_not_refundable", 0)


async def test_refund_tells_stripe_whose_it_is(api: Api, stripe_sim: StripeSim, orders: ScriptedOrders) -> None:
    """So that its events find the order."""
    orders.has("ord_1", await paid(stripe_sim))
    _, made = await refund(api, "a-key", reason="duplicate")
    told = await stripe_sim.call(f"/v1/refunds/{made['refund_id']}", "GET")
    assert (told["metadata"]["order_id"], told["metadata"]["merchant_id"]) == ("ord_1", "default")
    assert told["reason"] == "duplicate"


async def test_key_fired_many_times_at_once_is_one_refund(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Also where all of it is given back, so that nothing would be left for a second."""
    orders.has("ord_1", await paid(stripe_sim))
    answers = await asyncio.gather(*(refund(api, "a-key") for _ in range(FRENZY)))
    assert {status for status, _ in answers} == {202}
    assert len({body["refund_id"] for _, body in answers}) == 1
    assert len(await stripe_sim.told("refund.created")) == 1


async def test_keys_at_once_never_give_back_more_than_came_in(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Each sees enough left; Stripe decides, and the losers are told the amounts."""
    orders.has("ord_1", await paid(stripe_sim))
    answers = await asyncio.gather(*(refund(api, f"key-{each}", amount=700) for each in range(FRENZY)))
    refused = [body for status, body in answers if status == 409]
    assert sorted(status for status, _ in answers) == [202, 202] + [409] * (FRENZY - 2)
    assert {(body["code"], body["refundable"]) for body in refused} <= {
        ("amount_not_refundable", 600),
        ("amount_not_refundable", 1300),  # told between the first and the second
        ("amount_not_refundable", 2000),
    }


async def test_retry_after_stripe_forgot_the_key_finds_the_refund(
    serve_api: Serve, forgetful_stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """After a day nothing is left to refund, and the key still names the refund that it made."""
    stripe_sim = forgetful_stripe_sim
    api = await serve_api(stripe_api_base=stripe_sim.url, order_service_url=orders.url)
    orders.has("ord_1", await paid(stripe_sim))
    first = await refund(api, "a-key", amount=2000)
    assert await refund(api, "a-key", amount=2000) == first
    status, body = await refund(api, "a-key", amount=1999)
    assert (status, body["code"]) == (409, "idempotency_key_reused")
    assert len(await stripe_sim.told("refund.created")) == 1


async def test_failure_that_stripe_keeps_hides_no_refund(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Stripe answered 500 after it had done the work: that refund is found, and no second one made."""
    orders.has("ord_1", await paid(stripe_sim))
    await stripe_sim.fault("error_500_after", path="/v1/refunds")
    status, body = await refund(api, "a-key", amount=500)
    [made] = await stripe_sim.told("refund.created")
    assert (status, body.get("refund_id")) == (202, made["id"])


async def test_overpaid_order_gives_back_the_later_payment_first(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Then the other; or the one that is named."""
    payments = [await paid(stripe_sim), await paid(stripe_sim)]
    orders.has("ord_1", *payments)
    given_back = [(await refund(api, key))[1]["payment_intent_id"] for key in ("one", "two")]
    assert sorted(given_back) == sorted(payments)
    status, body = await refund(api, "three", payment_intent_id=payments[0])
    assert (status, [each["payment_intent_id"] for each in body["payments"]]) == (409, [payments[0]])
    status, body = await refund(api, "four", payment_intent_id="pi_of_somebody_else")
    assert (status, body["errors"][0]["field"]) == (422, "payment_intent_id")


async def test_order_that_brought_no_money_cannot_be_refunded(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Neither one that waits nor one whose money is only held."""
    held = await paid(stripe_sim, capture_method="manual")
    waiting = (await stripe_sim.call("/v1/payment_intents", amount=2000, currency="usd"))["id"]
    orders.has("ord_1", held, waiting)
    status, body = await refund(api, "a-key")
    assert (status, body["code"]) == (409, "order_not_paid")


async def test_captured_part_is_all_that_can_be_refunded(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Stripe counts the rest of the hold as refunded; nobody gave it back out of what was captured."""
    payment = await paid(stripe_sim, capture_method="manual")
    await stripe_sim.call(f"/v1/payment_intents/{payment}/capture", amount_to_capture=1500)
    orders.has("ord_1", payment)
    status, body = await refund(api, "one", amount=1501)
    assert (status, body["captured"], body["refunded"], body["refundable"]) == (409, 1500, 0, 1500)
    assert (await refund(api, "two", amount=1500))[0] == 202


async def test_three_decimal_amount_ends_in_nought(api: Api, orders: ScriptedOrders) -> None:
    """5.124 kwd cannot be given back."""
    orders.has("ord_1", currency="kwd")
    status, body = await refund(api, "a-key", amount=5124)
    assert (status, body["errors"][0]["field"]) == (422, "amount")


@pytest.mark.parametrize(
    "body",
    [{"amount": 0}, {"amount": 1.5}, {"amount": "100"}, {"reason": "because"}, {"payment_intent_id": "../x"}, {"a": 1}],
)
async def test_malformed_refund_reaches_nobody(api: Api, orders: ScriptedOrders, body: dict[str, Any]) -> None:
    """It is refused at the door."""
    status, problem = await refund(api, "a-key", **body)
    assert (status, problem["code"]) == (422, "invalid_request")
    assert orders.asked == []


@pytest.mark.parametrize(
    ("code", "told"),
    [("charge_disputed", "payment_disputed"), ("balance_insufficient", "balance_insufficient")],
)
async def test_refusal_that_has_a_reason_is_told_with_it(
    serve_api: Serve, stripe: ScriptedStripe, orders: ScriptedOrders, code: str, told: str
) -> None:
    """What Stripe knows and we do not."""
    orders.has("ord_1", "pi_1")
    charge = {"id": "ch_1", "object": "charge", "amount": 2000, "amount_captured": 2000, "amount_refunded": 0}
    intent = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "currency": "usd", "created": 1}
    stripe.has("GET /v1/payment_intents/pi_1", {**intent, **NOTHING, "latest_charge": charge})
    stripe.has("GET /v1/refunds", {"object": "list", "data": [], "has_more": False})
    stripe.fails(400, {"code": code})
    status, body = await refund(await serve_api(order_service_url=orders.url), "a-key")
    assert (status, body["code"]) == (409, told)


NOTHING = {"amount": 2000, "amount_capturable": 0, "metadata": {}}


def payment(name: str, created: int, captured: int = 2000, refundable: int = 2000) -> Payment:
    return Payment(
        payment_intent_id=name,
        status="succeeded",
        currency="usd",
        created=created,
        amount=2000,
        capturable=0,
        captured=captured,
        refundable=refundable,
        capture_key=None,
        capture_hash=None,
    )


@pytest.mark.parametrize(
    ("amount", "named", "expected"),
    [
        (None, None, "pi_late"),
        (500, None, "pi_late"),
        (501, None, "pi_early"),
        (500, "pi_early", "pi_early"),
        (None, "pi_early", "pi_early"),
    ],
)
def test_latest_payment_that_can_give_it_all_is_chosen(amount: int | None, named: str | None, expected: str) -> None:
    """Unless one is named."""
    payments = [payment("pi_unpaid", 3, captured=0, refundable=0), payment("pi_early", 1)]
    payments.append(payment("pi_late", 2, refundable=500))
    assert chosen(payments, amount, named).payment_intent_id == expected


def test_amount_that_only_several_payments_could_give_is_refused_with_each() -> None:
    """One refund is of one payment."""
    with pytest.raises(Problem) as refused:
        chosen([payment("pi_1", 1), payment("pi_2", 2)], 2001, None)
    assert refused.value.facts["refundable"] == 4000
    assert [each["refundable"] for each in refused.value.facts["payments"]] == [2000, 2000]
