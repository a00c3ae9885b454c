"""PaymentIntents, by the official library against the running stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim


def test_a_confirmed_card_pays(sim: Sim) -> None:
    intent = sim.intent(metadata={"order_id": "ord_1"})
    assert (intent.status, intent.amount_received, intent.latest_charge) == ("requires_payment_method", 0, None)
    confirmation: Any = {"payment_method": "pm_card_visa", "return_url": "https://shop.test/done"}
    paid = sim.stripe.v1.payment_intents.confirm(intent.id, confirmation)
    assert (paid.status, paid.amount_received) == ("succeeded", 1999)
    assert paid.to_dict()["metadata"] == {"order_id": "ord_1"}
    assert sim.event_types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_the_latest_charge_and_the_payment_method_can_be_expanded(sim: Sim) -> None:
    paid = sim.pay("pm_card_mastercard", expand=["latest_charge", "payment_method"])
    assert isinstance(paid.latest_charge, stripe.Charge)
    assert (paid.latest_charge.status, paid.latest_charge.payment_intent) == ("succeeded", paid.id)
    assert isinstance(paid.payment_method, stripe.PaymentMethod)
    assert paid.payment_method.card is not None
    assert (paid.payment_method.card.brand, paid.payment_method.card.last4) == ("mastercard", "4444")


@pytest.mark.parametrize(("card", "code", "decline_code"), [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
])  # fmt: skip
def test_a_declined_card_is_a_card_error_and_the_intent_may_be_tried_again(
    sim: Sim, card: str, code: str, decline_code: str
) -> None:
    intent = sim.intent()
    confirmation: Any = {"payment_method": card, "return_url": "https://shop.test/done"}
    with pytest.raises(stripe.CardError) as declined:
        sim.stripe.v1.payment_intents.confirm(intent.id, confirmation)
    error = declined.value.error
    assert error is not None
    assert (declined.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    again = sim.stripe.v1.payment_intents.retrieve(intent.id)
    assert again.last_payment_error is not None
    assert (again.status, again.last_payment_error.code, again.payment_method) == (
        "requires_payment_method",
        code,
        None,
    )
    assert sim.event_types() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    confirmation["payment_method"] = "pm_card_visa"
    paid = sim.stripe.v1.payment_intents.confirm(intent.id, confirmation)
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


@pytest.mark.parametrize(("card", "outcome", "status"), [
    ("pm_card_authenticationRequired", "complete", "succeeded"),
    ("pm_card_authenticationRequiredOnSetup", "complete", "succeeded"),
    ("pm_card_threeDSecure2Required", "fail", "requires_payment_method"),
    ("pm_card_threeDSecureRequiredChargeDeclined", "complete", "requires_payment_method"),
])  # fmt: skip
def test_a_challenge_decides_how_the_payment_ends(sim: Sim, card: str, outcome: str, status: str) -> None:
    intent = sim.pay(card)
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    assert (intent.status, intent.amount_received) == ("requires_action", 0)
    page = str(intent.next_action.redirect_to_url.url).partition("?")[0]
    form = {"client_secret": intent.client_secret, "outcome": outcome}
    answer = sim.http.post(page, data=form, allow_redirects=False, timeout=5)
    told = "succeeded" if status == "succeeded" else "failed"
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        f"https://shop.test/done?payment_intent={intent.id}"
        f"&payment_intent_client_secret={intent.client_secret}&redirect_status={told}"
    )
    assert sim.status_of(intent.id) == status
    told_once = sim.event_types()
    assert sim.http.post(page, data=form, allow_redirects=False, timeout=5).status_code == 200
    assert sim.event_types() == told_once, "answered twice, it counts once"


def test_a_failed_challenge_charges_nothing(sim: Sim) -> None:
    intent = sim.pay("pm_card_threeDSecure2Required")
    sim.call("POST", f"/sim/3ds/{intent.id}", {"client_secret": intent.client_secret, "outcome": "fail"})
    failed = sim.stripe.v1.payment_intents.retrieve(intent.id)
    assert failed.last_payment_error is not None
    assert (failed.last_payment_error.code, failed.last_payment_error.type, failed.latest_charge) == (
        "payment_intent_authentication_failure", "invalid_request_error", None,
    )  # fmt: skip
    assert sim.event_types()[1:] == ["payment_intent.requires_action", "payment_intent.payment_failed"]


def test_a_challenge_without_the_client_secret_is_refused(sim: Sim) -> None:
    intent = sim.pay("pm_card_threeDSecure2Required")
    answer = sim.call("POST", f"/sim/3ds/{intent.id}", {"client_secret": "pi_x_secret_y", "outcome": "complete"})
    assert (answer.status_code, sim.status_of(intent.id)) == (400, "requires_action")


def test_off_session_a_challenge_is_a_decline(sim: Sim) -> None:
    with pytest.raises(stripe.CardError) as declined:
        sim.pay("pm_card_authenticationRequired", off_session=True)
    assert declined.value.code == "authentication_required"


@pytest.mark.parametrize(("method", "status", "last_events"), [
    ("pm_card_simProcessing", "succeeded", ["charge.succeeded", "payment_intent.succeeded"]),
    ("pm_card_simProcessingFails", "requires_payment_method", ["charge.failed", "payment_intent.payment_failed"]),
    ("pm_usBankAccount_success", "succeeded", ["charge.succeeded", "payment_intent.succeeded"]),
    ("pm_failed_de", "requires_payment_method", ["charge.failed", "payment_intent.payment_failed"]),
])  # fmt: skip
def test_a_delayed_method_is_processing_and_ends_by_an_event(
    sim: Sim, method: str, status: str, last_events: list[str]
) -> None:
    intent = sim.pay(method)
    assert (intent.status, intent.amount_received) == ("processing", 0)
    sim.wait_for_status(intent.id, status)
    begun = ["payment_intent.created", "charge.pending", "payment_intent.processing"]
    assert sim.event_types() == begun + last_events


def test_a_canceled_payment_is_not_settled(start_sim: Callable[..., Sim]) -> None:
    sim = start_sim(processing_seconds=0.5)
    intent, other = sim.pay("pm_card_simProcessing"), sim.pay("pm_card_simProcessing")
    sim.stripe.v1.payment_intents.cancel(intent.id)
    sim.wait_for_status(other.id, "succeeded")
    assert sim.status_of(intent.id) == "canceled"


def test_a_canceled_intent_cannot_be_confirmed(sim: Sim) -> None:
    intent = sim.intent()
    reason: Any = {"cancellation_reason": "abandoned"}
    canceled = sim.stripe.v1.payment_intents.cancel(intent.id, reason)
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "return_url": "https://a.test"}
        )
    assert refused.value.code == "payment_intent_unexpected_state"
    assert sim.event_types() == ["payment_intent.created", "payment_intent.canceled"]


def test_a_paid_intent_cannot_be_paid_or_canceled(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    for verb in ("confirm", "cancel", "capture"):
        refused = sim.call("POST", f"/v1/payment_intents/{paid.id}/{verb}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "payment_intent_unexpected_state")
    assert sim.event_types().count("charge.succeeded") == 1


@pytest.mark.shows("payment_intent.amount_capturable_updated")
def test_held_money_is_captured_and_the_rest_let_go(sim: Sim) -> None:
    held = sim.pay("pm_card_visa", capture_method="manual")
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 1999, 0)
    captured = sim.stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 1500, 0)
    charge = sim.stripe.v1.charges.retrieve(str(captured.latest_charge))
    assert (charge.captured, charge.amount_captured, charge.amount_refunded, charge.refunded) == (
        True,
        1500,
        499,
        False,
    )
    assert sim.event_types()[1:] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]
    assert sim.stripe.v1.refunds.create({"payment_intent": held.id}).amount == 1500, "no more than was taken"


@pytest.mark.parametrize(("how", "told"), [("cancel", "charge.refunded"), ("expire", "charge.expired")])
def test_held_money_that_is_let_go_counts_as_refunded(sim: Sim, how: str, told: str) -> None:
    held = sim.pay("pm_card_visa", capture_method="manual")
    if how == "cancel":
        sim.stripe.v1.payment_intents.cancel(held.id)
    else:
        sim.control(f"objects/{held.id}/expire")
    charge = sim.stripe.v1.charges.retrieve(str(held.latest_charge))
    assert (charge.captured, charge.amount_captured, charge.amount_refunded, charge.refunded) == (False, 0, 1999, True)
    assert sim.event_types()[-2:] == [told, "payment_intent.canceled"]
    assert sim.status_of(held.id) == "canceled"


def test_without_a_return_url_redirecting_methods_are_refused_as_at_stripe(sim: Sim) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        sim.intent(confirm=True, payment_method="pm_card_visa")
    never = {"enabled": True, "allow_redirects": "never"}
    assert (
        sim.intent(confirm=True, payment_method="pm_card_visa", automatic_payment_methods=never).status == "succeeded"
    )


def test_an_update_merges_metadata_and_checks_the_amount(sim: Sim) -> None:
    intent = sim.intent(metadata={"a": "1", "b": "2"})
    updated = sim.stripe.v1.payment_intents.update(intent.id, {"amount": 2500, "metadata": {"b": "", "c": "3"}})
    assert (updated.amount, updated.to_dict()["metadata"]) == (2500, {"a": "1", "c": "3"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.payment_intents.update(intent.id, {"amount": 3})
    assert refused.value.code == "amount_too_small"


def test_intents_are_listed_newest_first_page_by_page(sim: Sim) -> None:
    made = [sim.intent().id for _ in range(7)]
    pages = sim.stripe.v1.payment_intents.list({"limit": 3})
    assert [intent.id for intent in pages.auto_paging_iter()] == made[::-1]
    before = sim.stripe.v1.payment_intents.list({"limit": 2, "ending_before": made[2]})
    assert [intent.id for intent in before.data] == [made[4], made[3]]


@pytest.mark.parametrize(("params", "code", "param"), [
    ({"amount": 10}, "amount_too_small", "amount"),
    ({"amount": 100_000_000}, "amount_too_large", "amount"),
    ({"amount": 0}, "parameter_invalid_integer", "amount"),
    ({"amount": "19.99"}, "parameter_invalid_integer", "amount"),
    ({"currency": "zzz"}, None, "currency"),
    ({"colour": "blue"}, "parameter_unknown", "colour"),
    ({"capture_method": "soon"}, None, "capture_method"),
    ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
    ({"payment_method": "pm_none"}, "resource_missing", "payment_method"),
])  # fmt: skip
def test_wrong_parameters_create_nothing(sim: Sim, params: dict[str, Any], code: str | None, param: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.intent(**params)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert sim.event_types() == []


def test_an_unknown_intent_is_missing(sim: Sim) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.payment_intents.retrieve("pi_none")
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "intent")
