"""What Stripe's events say, in our words; and whatever else arrives, an answer and never an error nobody expects."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_service.mention import Mention
from order_service.payment import Named, Namer, Payment
from order_service.placed_facts import read_order_placed
from order_service.session import Session
from order_service.statuses import PaymentStatus, SessionStatus
from order_service.stripe_events import read_stripe_event
from order_service.told import Told, Unreadable

EPOCH = 1_790_000_000


def read(value: bytes) -> Told:
    return read_stripe_event(value, order_id_key="order_id")


def payment_in(value: bytes) -> Payment:
    return next(fact for fact in read(value).facts if isinstance(fact, Payment))


@pytest.mark.parametrize(
    ("happened", "status"),
    [
        ("created", PaymentStatus.OPEN),
        ("requires_action", PaymentStatus.REQUIRES_ACTION),
        ("processing", PaymentStatus.PROCESSING),
        ("amount_capturable_updated", PaymentStatus.AUTHORIZED),
        ("payment_failed", PaymentStatus.FAILED),
        ("canceled", PaymentStatus.CANCELED),
        ("succeeded", PaymentStatus.SUCCEEDED),
    ],
)
def test_payment_intent_event_tells_a_status(stripe: Any, happened: str, status: PaymentStatus) -> None:
    """With the amount, the order and, if it failed, why."""
    payment = payment_in(stripe.payment(happened, at=3))
    assert payment.status is status
    assert (payment.payment_id, payment.order_id, payment.telling.amount) == ("pi_1", "ord_1", 1999)
    assert payment.captured == (1999 if happened == "succeeded" else 0)
    assert payment.error == ("generic_decline" if happened == "payment_failed" else None)


def test_attempt_is_known_by_its_payment_method_also_after_it_failed(stripe: Any) -> None:
    """A failed PaymentIntent has none any more but in its error; and Stripe may have expanded it."""
    assert payment_in(stripe.payment("payment_failed", method="pm_7")).attempts == {"pm_7": PaymentStatus.FAILED}
    expanded = stripe.payment("requires_action", method={"id": "pm_7"}, id="evt_1")
    assert payment_in(expanded).attempts == {"pm_7": PaymentStatus.REQUIRES_ACTION}


def test_attempts_with_one_payment_method_are_told_apart_by_their_charges(stripe: Any) -> None:
    """A saved card is declined, and tried again; Stripe may have expanded the charge."""
    declined = payment_in(stripe.payment("payment_failed", latest_charge="ch_1"))
    retried = payment_in(stripe.payment("processing", latest_charge={"id": "ch_2"}))
    assert declined.join(retried).attempts == {
        "pm_1 ch_1": PaymentStatus.FAILED,
        "pm_1 ch_2": PaymentStatus.PROCESSING,
    }


@pytest.mark.parametrize("event_type", ["payment_intent.partially_funded", "charge.updated", "something.new"])
def test_type_that_orders_do_not_depend_on_is_told_without_facts(stripe: Any, event_type: str) -> None:
    """It may still belong to an order."""
    told = read(stripe.event(event_type, {"id": "x_1", "metadata": {"order_id": "ord_1"}}, id="evt_1"))
    assert (told.facts, told.order_id, told.concerns_us) == ((), "ord_1", True)


@pytest.mark.parametrize("told_of", [{}, {"metadata": None}, {"metadata": []}, {"id": 7}, {"metadata": {"a": "b"}}])
def test_event_about_nothing_of_ours_is_no_error(stripe: Any, told_of: dict[str, Any]) -> None:
    """Kafka keeps it; nobody else has to."""
    assert not read(stripe.event("customer.created", told_of, id="evt_1")).concerns_us


@pytest.mark.parametrize("created", [1e40, True, None, "yesterday", -1, 10**30, 2**33, "2026-09-21T13:46:40.000Z"])
def test_type_that_orders_do_not_depend_on_is_never_unreadable(created: object) -> None:
    """A thin event has its time in ISO 8601 and no object; and what is wrong in it matters to nobody here."""
    thin = {"id": "evt_1", "type": "v1.billing.meter.error_report_triggered", "created": created}
    told = read(json.dumps(thin).encode())
    assert (told.event_id, told.facts, told.concerns_us) == ("evt_1", (), False)


@pytest.mark.parametrize(
    "created", [EPOCH, "2026-09-21T14:13:20Z", "2026-09-21T16:13:20.9+02:00", "2026-09-21T14:13:20"]
)
def test_time_is_read_as_a_second_or_in_iso_8601(stripe: Any, created: object) -> None:
    """Both are Stripe's."""
    event = {**json.loads(stripe.payment("succeeded")), "created": created}
    told = read(json.dumps(event).encode())
    assert (told.occurred_at.replace(microsecond=0), payment_in(json.dumps(event).encode()).telling.at) == (
        datetime.fromtimestamp(EPOCH, UTC),
        EPOCH,
    )


def test_last_second_of_the_calendar_is_read_and_the_one_after_it_is_not(stripe: Any) -> None:
    """The limit is the same as webhook-ingest's."""
    event = json.loads(stripe.payment("succeeded"))
    assert read(json.dumps({**event, "created": 253_402_300_799}).encode()).occurred_at.year == 9999
    with pytest.raises(Unreadable):
        read(json.dumps({**event, "created": 253_402_300_800}).encode())


@pytest.mark.parametrize("order", ["x" * 65, "a b", "ord/1", "ord_1\n", "ö", 7, ["ord_1"]])
def test_order_id_that_is_none_leaves_the_payment_unmatched(stripe: Any, order: object) -> None:
    """The money is kept, and the timeline will say why it has no order."""
    told = read(stripe.payment("succeeded", order=order, id="evt_1"))
    assert (told.order_id, told.payment_id) == (None, "pi_1")
    assert told.note == "What its metadata gives as order_id is no order id of ours; kept without an order."


@pytest.mark.parametrize(
    ("happened", "payment_status", "status"),
    [
        ("completed", "paid", SessionStatus.PAID),
        ("completed", "no_payment_required", SessionStatus.PAID),
        ("completed", "unpaid", SessionStatus.AWAITING_FUNDS),
        ("async_payment_succeeded", "paid", SessionStatus.PAID),
        ("async_payment_failed", "unpaid", SessionStatus.FAILED),
        ("expired", "unpaid", SessionStatus.EXPIRED),
    ],
)
def test_checkout_session_event_tells_a_status(
    stripe: Any, happened: str, payment_status: str, status: SessionStatus
) -> None:
    """A paid one vouches for its payment, too."""
    facts = read(stripe.session(happened, payment_status=payment_status)).facts
    assert facts[0] == Session("ord_1", "cs_1", status, 1999, "usd", "pi_1")
    vouched = [(fact.status, fact.captured) for fact in facts if isinstance(fact, Payment)]
    assert vouched == ([(PaymentStatus.SUCCEEDED, 1999)] if status is SessionStatus.PAID else [])


OWN = {"order_id": "ord_1", "merchant_id": "shop", "reference": "shop-7", "customer_id": "customer-9"}


def mention_in(value: bytes) -> Mention | None:
    return next((fact for fact in read(value).facts if isinstance(fact, Mention)), None)


def test_metadata_of_a_payment_or_session_tells_whose_the_order_is(stripe: Any) -> None:
    """intent-api writes it there, for when its own event gets lost."""
    expected = Mention("ord_1", EPOCH + 3, "usd", "shop", "shop-7", "customer-9")
    assert mention_in(stripe.payment("created", at=3, metadata=OWN)) == expected
    assert mention_in(stripe.session("expired", at=3, metadata=OWN)) == expected
    assert mention_in(stripe.payment("created", order=None)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("merchant_id", "a b"), ("merchant_id", "x" * 65), ("merchant_id", 7), ("merchant_id", "shop\n"),
        ("reference", "x" * 201), ("reference", "a\0b"), ("reference", ["a"]),
        ("customer_id", "x" * 201), ("customer_id", "\0"), ("customer_id", None),
    ],
)  # fmt: skip
def test_metadata_that_breaks_the_contract_is_left_out(stripe: Any, name: str, value: object) -> None:
    """The rest of it still counts."""
    told = mention_in(stripe.payment("created", metadata={**OWN, name: value}))
    read_off = {"merchant_id": "shop", "reference": "shop-7", "customer_id": "customer-9", name: ""}
    assert told == Mention("ord_1", EPOCH, "usd", **read_off)


@pytest.mark.parametrize("mode", ["setup", "subscription"])
@pytest.mark.parametrize("currency", [None, "usd"])
def test_session_that_asks_no_money_for_an_order_is_ignored(stripe: Any, mode: str, currency: str | None) -> None:
    """Whatever its metadata names: a saved card pays nothing, nor does a trial, which Stripe calls settled."""
    asked = {"amount_total": 0, "payment_intent": None, "payment_status": "no_payment_required"}
    assert read(stripe.session("completed", mode=mode, currency=currency, **asked)).facts == ()


def test_session_knows_whose_payment_it_vouches_for(stripe: Any) -> None:
    """Its event is later than the payment's own, which names the same customer."""
    paid = stripe.session("completed", payment_status="paid", customer="cus_1")
    [payment] = [fact for fact in read(paid).facts if isinstance(fact, Payment)]
    assert payment.telling.customer_id == "cus_1"


@pytest.mark.parametrize(
    "value",
    [
        b"", b"\xff\xfe", b"nonsense", b"[]", b"null", b"{}", b'{"id": "evt_1"}',
        b'{"id": "evt_1", "type": "payment_intent.canceled"}',
        b'{"id": "evt_1", "type": "payment_intent.canceled", "created": 1e40}',
        b'{"id": "evt_1", "type": "payment_intent.canceled", "created": true}',
        b'{"id": "evt_1", "type": "payment_intent.canceled", "created": "1969-12-31T23:59:59Z"}',
        b'{"id": "evt_1", "type": "payment_intent.canceled", "created": "0001-01-01T00:00:00+14:00"}',
        b'{"id": "evt\\u0000", "type": "a", "created": 1}', b"[" * 100_000,
        b'{"id": "evt_1", "type": "payment_intent.succeeded", "created": 1, "data": {"object": {}}}',
    ],
)  # fmt: skip
def test_what_is_no_event_is_unreadable(value: bytes) -> None:
    """And says so in a sentence."""
    with pytest.raises(Unreadable, match=r"^[A-Z].*\.$"):
        read(value)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": -1}, {"amount": 10**30}, {"amount": 19.99}, {"amount": None}, {"amount": "1999"}, {"amount": True},
        {"amount_received": 2**63}, {"currency": "US"}, {"currency": None}, {"id": "evt_1", "pi": "pi\x00"},
    ],
)  # fmt: skip
def test_money_that_is_none_is_unreadable(stripe: Any, changes: dict[str, Any]) -> None:
    """It is parked, not guessed."""
    with pytest.raises(Unreadable):
        read(stripe.payment("succeeded", **changes))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["payment_intent.succeeded", "payment_intent.payment_failed", "checkout.session.completed", "x"]),
    st.dictionaries(
        st.sampled_from(
            [
                "id",
                "amount",
                "amount_received",
                "currency",
                "metadata",
                "payment_method",
                "last_payment_error",
                "customer",
                "payment_intent",
            ]
        ),
        json_values,
    ),
)
def test_object_of_any_shape_is_read_or_refused(event_type: str, told_of: dict[str, Any]) -> None:
    """Nothing else ever happens."""
    value = json.dumps({"id": "evt_1", "type": event_type, "created": 1, "data": {"object": told_of}}).encode()
    try:
        told = read(value)
    except Unreadable:
        return
    assert told.event_id == "evt_1"


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(value: bytes) -> None:
    """By both readers."""
    for reader in (read, read_order_placed):
        with pytest.raises(Unreadable):
            reader(value)


def test_placed_order_opens_its_payment(placed: Any) -> None:
    """So that a payment without any metadata still finds its order."""
    told = read_order_placed(placed())
    order, payment = told.facts
    assert (told.event_id, told.order_id, told.payment_id) == ("ord_1.placed", "ord_1", "pi_1")
    assert isinstance(payment, Payment)
    assert payment.status is PaymentStatus.OPEN
    assert payment.named == Named(Namer.ITSELF, int(told.occurred_at.timestamp()), "ord_1")
    assert order == read_order_placed(placed()).facts[0]


def test_placed_order_opens_its_session(placed: Any) -> None:
    """Hosted Checkout has no payment yet."""
    facts = read_order_placed(placed(payment_intent_id=None, checkout_session_id="cs_1")).facts
    assert facts[1:] == (Session("ord_1", "cs_1", SessionStatus.OPEN, 1999, "usd"),)


@pytest.mark.parametrize("changes", [{"reference": "a\x00b"}, {"metadata": {"a": "\x00"}}, {"metadata": {"\x00": "a"}}])
def test_placed_order_with_nul_in_a_text_is_unreadable(placed: Any, changes: dict[str, Any]) -> None:
    """PostgreSQL could not keep it."""
    with pytest.raises(Unreadable, match="NUL"):
        read_order_placed(placed(**changes))
