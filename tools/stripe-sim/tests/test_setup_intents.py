"""SetupIntents: a payment method agreed on now and used later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim

RETURN_URL = "https://shop.test/done"


def create(sim: Sim, **params: Any) -> stripe.SetupIntent:
    asked: Any = params
    return sim.stripe.v1.setup_intents.create(asked)


def confirm(sim: Sim, card: str, **params: Any) -> stripe.SetupIntent:
    return create(sim, payment_method=card, confirm=True, return_url=RETURN_URL, **params)


def answer(sim: Sim, intent: stripe.SetupIntent, outcome: str) -> Any:
    form = {"client_secret": intent.client_secret, "outcome": outcome}
    return sim.call("POST", f"/sim/3ds/{intent.id}", form, key=None)


def test_a_card_that_is_set_up_is_saved_with_the_customer(sim: Sim) -> None:
    customer = sim.customer().id
    intent = create(sim, customer=customer, metadata={"order_id": "ord_1"})
    assert (intent.status, intent.usage) == ("requires_payment_method", "off_session")
    params: Any = {"payment_method": "pm_card_visa", "return_url": RETURN_URL, "expand": ["payment_method"]}
    done = sim.stripe.v1.setup_intents.confirm(intent.id, params)
    assert isinstance(done.payment_method, stripe.PaymentMethod)
    assert (done.status, done.payment_method.customer) == ("succeeded", customer)
    assert sim.event_types() == [
        "customer.created",
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]


def test_without_a_customer_the_card_can_be_saved_afterwards(sim: Sim) -> None:
    method = str(confirm(sim, "pm_card_visa").payment_method)
    customer = sim.customer().id
    assert sim.stripe.v1.payment_methods.attach(method, {"customer": customer}).customer == customer


@pytest.mark.parametrize(("outcome", "status", "told", "last_event"), [
    ("complete", "succeeded", "succeeded", "setup_intent.succeeded"),
    ("fail", "requires_payment_method", "failed", "setup_intent.setup_failed"),
])  # fmt: skip
def test_a_challenge_decides_how_it_ends(sim: Sim, outcome: str, status: str, told: str, last_event: str) -> None:
    intent = confirm(sim, "pm_card_authenticationRequired", customer=sim.customer().id)
    assert intent.status == "requires_action"
    page = sim.http.get(str(intent.next_action.redirect_to_url.url), timeout=5)  # type: ignore[union-attr]
    assert "may save your card" in page.text
    back = answer(sim, intent, outcome)
    assert back.headers["location"] == (
        f"{RETURN_URL}?setup_intent={intent.id}&setup_intent_client_secret={intent.client_secret}&redirect_status={told}"
    )
    after = sim.stripe.v1.setup_intents.retrieve(intent.id)
    assert after.status == status
    events = sim.event_types()
    assert (events[2], events[-1]) == ("setup_intent.requires_action", last_event)
    assert answer(sim, intent, outcome).status_code == 200
    assert sim.event_types() == events, "answered twice, it counts once"
    if outcome == "fail":
        assert after.last_setup_error is not None
        assert after.last_setup_error.code == "setup_intent_authentication_failure"


@pytest.mark.parametrize(("card", "decline_code"), [
    ("pm_card_chargeDeclined", "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
])  # fmt: skip
def test_a_refused_card_is_a_card_error_and_another_may_be_tried(sim: Sim, card: str, decline_code: str) -> None:
    intent = create(sim, customer=sim.customer().id)
    with pytest.raises(stripe.CardError) as refused:
        sim.stripe.v1.setup_intents.confirm(intent.id, {"payment_method": card, "return_url": RETURN_URL})
    error = refused.value.error
    assert error is not None
    assert error.setup_intent is not None
    assert (refused.value.http_status, error.decline_code, error.setup_intent.status) == (
        402, decline_code, "requires_payment_method",
    )  # fmt: skip
    failed = sim.stripe.v1.setup_intents.retrieve(intent.id, {"expand": ["latest_attempt"]})
    assert isinstance(failed.latest_attempt, stripe.SetupAttempt)
    assert (failed.payment_method, failed.latest_attempt.status) == (None, "failed")
    assert sim.event_types()[-1] == "setup_intent.setup_failed"
    good: Any = {"payment_method": "pm_card_visa", "return_url": RETURN_URL}
    done = sim.stripe.v1.setup_intents.confirm(intent.id, good)
    assert (done.status, done.last_setup_error) == ("succeeded", None)
    attempts = sim.stripe.v1.setup_attempts.list({"setup_intent": intent.id})
    assert [one.status for one in attempts] == ["succeeded", "failed"]


@pytest.mark.parametrize(("card", "status"), [
    ("pm_card_simProcessing", "succeeded"), ("pm_card_simProcessingFails", "requires_payment_method"),
])  # fmt: skip
def test_a_delayed_method_is_processing_first(sim: Sim, until: Callable[..., object], card: str, status: str) -> None:
    intent = confirm(sim, card)
    assert intent.status == "processing"
    until(lambda: sim.stripe.v1.setup_intents.retrieve(intent.id).status == status)


@pytest.mark.parametrize("method", ["pm_usBankAccount_success", "pm_success_de"])
def test_a_bank_account_is_set_up_at_once(sim: Sim, method: str) -> None:
    customer = sim.customer().id
    assert confirm(sim, method, customer=customer, payment_method_types=["us_bank_account"]).status == "succeeded"
    assert len(sim.stripe.v1.customers.payment_methods.list(customer).data) == 1


def test_a_canceled_one_cannot_be_confirmed(sim: Sim) -> None:
    intent = create(sim)
    reason: Any = {"cancellation_reason": "abandoned"}
    canceled = sim.stripe.v1.setup_intents.cancel(intent.id, reason)
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError, match="has been canceled") as refused:
        sim.stripe.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": RETURN_URL})
    assert refused.value.code == "setup_intent_unexpected_state"
    assert sim.event_types() == ["setup_intent.created", "setup_intent.canceled"]


def test_one_that_succeeded_stays_as_it_is(sim: Sim) -> None:
    done = confirm(sim, "pm_card_visa")
    for verb in ("/confirm", "/cancel", ""):
        refused = sim.call("POST", f"/v1/setup_intents/{done.id}{verb}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "setup_intent_unexpected_state")


def test_an_update_keeps_what_it_does_not_name(sim: Sim) -> None:
    intent, customer = create(sim, metadata={"a": "1"}, description="Card"), sim.customer().id
    params: Any = {"customer": customer, "metadata": {"b": "2"}, "payment_method": "pm_card_visa"}
    updated = sim.stripe.v1.setup_intents.update(intent.id, params)
    assert (updated.customer, updated.description, updated.status) == (customer, "Card", "requires_confirmation")
    assert updated.to_dict()["metadata"] == {"a": "1", "b": "2"}
    assert sim.stripe.v1.setup_intents.confirm(intent.id, {"return_url": RETURN_URL}).status == "succeeded"


def test_they_are_listed_by_customer(sim: Sim) -> None:
    customer = sim.customer().id
    mine, _ = create(sim, customer=customer), create(sim)
    assert [one.id for one in sim.stripe.v1.setup_intents.list({"customer": customer})] == [mine.id]


def test_another_customers_card_and_a_lacking_one_are_refused(sim: Sim) -> None:
    card = sim.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": sim.customer().id}).id
    with pytest.raises(stripe.InvalidRequestError, match="does not belong to the Customer"):
        create(sim, customer=sim.customer().id, payment_method=card)
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        create(sim, confirm=True, return_url=RETURN_URL)
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        create(sim, confirm=True, payment_method="pm_card_visa")


def test_a_browser_needs_the_client_secret_and_sees_nothing_of_the_merchants(sim: Sim) -> None:
    intent = create(sim, customer=sim.customer().id, metadata={"order_id": "ord_1"})
    path = f"/v1/setup_intents/{intent.id}"
    assert sim.call("GET", path, key="pk_test_x").json()["error"]["code"] == "parameter_missing"
    seen = sim.call("GET", f"{path}?client_secret={intent.client_secret}", key="pk_test_x").json()
    assert seen["status"] == "requires_payment_method"
    form = {"client_secret": intent.client_secret, "payment_method": "pm_card_chargeDeclined"}
    refused = sim.call("POST", f"{path}/confirm", form, key="pk_test_x").json()["error"]["setup_intent"]
    for told in (seen, refused):
        assert not {"metadata", "customer", "latest_attempt"} & told.keys()
