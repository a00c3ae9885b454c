"""Our answers against Stripe's own OpenAPI description, and our requests against Stripe's own mock.

The description is read out of the `stripe-mock` binary, which carries it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from stripe_sim.controls.fixtures import FIXTURES
from stripe_sim.nouns import OPERATIONS

if TYPE_CHECKING:
    from conftest import Merchant, Sim

Schema = dict[str, Any]
SPEC_BEGINS = b'{\n  "components": {\n    "schemas": {\n      "account": {'
LONGEST_SPEC = 20_000_000
MUG = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Mug", "description": "Enamel"}}
MONTHLY = {"currency": "eur", "unit_amount": 1000, "recurring": {"interval": "month"}}
TEA = {**MONTHLY, "product_data": {"name": "Tea"}}
BILLING = ("{buyer}", "{price}", "{product}", "product}", "{subscription}", "{paused}", "invoice", "{draft}", "{clock}")
"""What the objects are named that only some calls are about, as they take a while to make."""
KEPT = (
    "balance_transaction", "charge", "checkout.session", "customer", "dispute", "event", "invoice", "invoice_payment",
    "payment_intent", "payment_method", "price", "product", "radar.early_fraud_warning", "refund", "setup_attempt",
    "setup_intent", "subscription", "test_helpers.test_clock",
)  # fmt: skip
URLS = {"success_url": "https://shop.test/thanks", "cancel_url": "https://shop.test/cart"}
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/payment_intents", {"amount": 1999, "currency": "usd", "metadata": {"order_id": "ord_1"},
                                     "automatic_payment_methods": {"enabled": True}}),
    ("POST", "/v1/payment_intents", {"amount": 1999, "currency": "usd", "capture_method": "manual",
                                     "payment_method_types": ["card"], "receipt_email": "a@b.test"}),
    ("GET", "/v1/payment_intents", {"limit": 3, "created": {"gte": 1}}),
    ("GET", "/v1/payment_intents/{intent}", {"expand": ["latest_charge"]}),
    ("POST", "/v1/payment_intents/{intent}", {"amount": 2500, "metadata": {"a": "b"}}),
    ("POST", "/v1/payment_intents/{intent}/confirm", {"payment_method": "pm_card_visa",
                                                      "return_url": "https://shop.test/done"}),
    ("POST", "/v1/payment_intents/{held}/capture", {"amount_to_capture": 500, "metadata": {"a": "b"}}),
    ("POST", "/v1/payment_intents/{open_intent}/cancel", {"cancellation_reason": "abandoned"}),
    ("POST", "/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}),
    ("GET", "/v1/payment_methods/{method}", {}),
    ("GET", "/v1/payment_methods", {"customer": "{customer}", "type": "card"}),
    ("POST", "/v1/payment_methods/{saved}", {"card": {"exp_month": 2, "exp_year": 2040}, "metadata": {"a": "b"}}),
    ("POST", "/v1/payment_methods/{new_method}/attach", {"customer": "{customer}"}),
    ("POST", "/v1/payment_methods/{saved}/detach", {}),
    ("POST", "/v1/customers", {"email": "a@b.test", "name": "Ann", "metadata": {"reference": "7"},
                               "payment_method": "pm_card_visa", "preferred_locales": ["de"],
                               "invoice_settings": {"default_payment_method": "pm_card_visa"}}),
    ("GET", "/v1/customers", {"email": "a@b.test", "created": {"gte": 1}}),
    ("GET", "/v1/customers/{customer}", {"expand": ["invoice_settings.default_payment_method"]}),
    ("POST", "/v1/customers/{customer}", {"name": "Bea", "invoice_settings": {"default_payment_method": "{saved}"}}),
    ("DELETE", "/v1/customers/{customer}", {}),
    ("GET", "/v1/customers/{customer}/payment_methods", {"type": "card", "limit": 3}),
    ("GET", "/v1/customers/{customer}/payment_methods/{saved}", {}),
    ("POST", "/v1/payment_intents", {"amount": 1999, "currency": "usd", "customer": "{customer}", "confirm": True,
                                     "payment_method": "{saved}", "off_session": True,
                                     "return_url": "https://shop.test/done"}),
    ("POST", "/v1/payment_intents", {"amount": 1999, "currency": "usd", "customer": "{customer}",
                                     "setup_future_usage": "off_session"}),
    ("POST", "/v1/setup_intents", {"customer": "{customer}", "usage": "off_session", "metadata": {"customer_id": "7"},
                                   "automatic_payment_methods": {"enabled": True}}),
    ("POST", "/v1/setup_intents", {"customer": "{customer}", "payment_method": "pm_card_visa", "confirm": True,
                                   "return_url": "https://shop.test/done"}),
    ("GET", "/v1/setup_intents", {"customer": "{customer}", "limit": 3}),
    ("GET", "/v1/setup_intents/{setup}", {"expand": ["customer"]}),
    ("POST", "/v1/setup_intents/{setup}", {"description": "Card", "metadata": {"a": "b"}}),
    ("POST", "/v1/setup_intents/{setup}/confirm", {"payment_method": "pm_card_authenticationRequired",
                                                   "return_url": "https://shop.test/done"}),
    ("POST", "/v1/setup_intents/{setup}/cancel", {"cancellation_reason": "abandoned"}),
    ("GET", "/v1/setup_attempts", {"setup_intent": "{setup}"}),
    ("GET", "/v1/charges", {"payment_intent": "{intent}"}),
    ("GET", "/v1/charges/{charge}", {"expand": ["balance_transaction"]}),
    ("POST", "/v1/refunds", {"payment_intent": "{paid}", "amount": 500, "reason": "requested_by_customer",
                             "metadata": {"order_id": "ord_1"}}),
    ("POST", "/v1/refunds", {"charge": "{charge}"}),
    ("GET", "/v1/refunds", {"payment_intent": "{paid}", "limit": 3, "created": {"gte": 1}}),
    ("GET", "/v1/refunds", {"charge": "{charge}"}),
    ("GET", "/v1/refunds/{refund}", {"expand": ["charge", "balance_transaction"]}),
    ("POST", "/v1/refunds/{refund}", {"metadata": {"a": "b"}}),
    ("GET", "/v1/disputes", {"payment_intent": "{disputed}", "limit": 3, "created": {"gte": 1}}),
    ("GET", "/v1/disputes/{dispute}", {"expand": ["charge", "payment_intent"]}),
    ("POST", "/v1/disputes/{dispute}", {"evidence": {"uncategorized_text": "winning_evidence", "customer_name": "A"},
                                        "submit": True, "metadata": {"case": "7"}}),
    ("POST", "/v1/disputes/{dispute}/close", {}),
    ("GET", "/v1/radar/early_fraud_warnings", {"payment_intent": "{disputed}"}),
    ("GET", "/v1/radar/early_fraud_warnings/{warning}", {"expand": ["charge"]}),
    ("GET", "/v1/balance_transactions", {"source": "{charge}", "type": "charge"}),
    ("GET", "/v1/balance_transactions/{movement}", {"expand": ["source"]}),
    ("POST", "/v1/checkout/sessions", {"mode": "payment", "line_items": [{"price_data": MUG, "quantity": 2}],
                                       "payment_intent_data": {"metadata": {"order_id": "ord_1"}}, **URLS,
                                       "customer_email": "a@b.test", "client_reference_id": "cart-7"}),
    ("POST", "/v1/checkout/sessions", {"mode": "payment", "line_items": [{"price_data": MUG, "quantity": 2}], **URLS,
                                       "customer": "{customer}", "locale": "de",
                                       "payment_intent_data": {"setup_future_usage": "off_session"}}),
    ("POST", "/v1/checkout/sessions", {"mode": "payment", "line_items": [{"price_data": MUG, "quantity": 2}], **URLS,
                                       "customer_creation": "always"}),
    ("POST", "/v1/checkout/sessions", {"mode": "setup", "currency": "eur", "customer": "{customer}", **URLS,
                                       "setup_intent_data": {"metadata": {"customer_id": "7"}}}),
    ("GET", "/v1/checkout/sessions", {"status": "open"}),
    ("GET", "/v1/checkout/sessions/{session}", {"expand": ["line_items"]}),
    ("POST", "/v1/checkout/sessions/{session}", {"metadata": {"a": "b"}}),
    ("GET", "/v1/checkout/sessions/{session}/line_items", {"limit": 5}),
    ("POST", "/v1/checkout/sessions/{session}/expire", {}),
    ("GET", "/v1/events", {"types": ["payment_intent.created"], "created": {"gte": 1}, "delivery_success": True}),
    ("GET", "/v1/events/{event}", {}),
    ("POST", "/v1/checkout/sessions", {**URLS, "mode": "subscription",
                                       "line_items": [{"price_data": TEA, "quantity": 2}],
                                       "subscription_data": {"metadata": {"subscription_id": "subs_1"},
                                                             "trial_period_days": 14}}),
    ("POST", "/v1/checkout/sessions", {**URLS, "mode": "subscription", "customer": "{buyer}",
                                       "line_items": [{"price": "{price}", "quantity": 1}]}),
    ("POST", "/v1/products", {"id": "tea", "name": "Tea", "metadata": {"sku": "tea"}, "images": ["https://a.b/c.png"]}),
    ("GET", "/v1/products", {"active": True, "ids": ["{product}"]}),
    ("GET", "/v1/products/{product}", {}),
    ("POST", "/v1/products/{product}", {"name": "Green tea", "active": False}),
    ("DELETE", "/v1/products/{bare_product}", {}),
    ("POST", "/v1/prices", {**MONTHLY, "product": "{product}", "lookup_key": "tea-monthly",
                            "currency_options": {"jpy": {"unit_amount": 1600}}, "expand": ["currency_options"]}),
    ("POST", "/v1/prices", {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Cup"}, "nickname": "Cup"}),
    ("GET", "/v1/prices", {"product": "{product}", "type": "recurring", "recurring": {"interval": "month"}}),
    ("GET", "/v1/prices/{price}", {"expand": ["product"]}),
    ("POST", "/v1/prices/{price}", {"lookup_key": "tea", "transfer_lookup_key": True}),
    ("POST", "/v1/subscriptions", {"customer": "{buyer}", "items": [{"price": "{price}", "quantity": 2}],
                                   "payment_behavior": "default_incomplete", "metadata": {"subscription_id": "subs_1"},
                                   "payment_settings": {"save_default_payment_method": "on_subscription"},
                                   "expand": ["latest_invoice.confirmation_secret", "pending_setup_intent"]}),
    ("POST", "/v1/subscriptions", {"customer": "{buyer}", "trial_period_days": 14, "off_session": True,
                                   "items": [{"price_data": {**MONTHLY, "product": "{product}"}}],
                                   "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}}}),
    ("GET", "/v1/subscriptions", {"customer": "{buyer}", "status": "all", "price": "{price}"}),
    ("GET", "/v1/subscriptions/{subscription}", {"expand": ["latest_invoice.payments", "customer",
                                                            "items.data.price.product"]}),
    ("POST", "/v1/subscriptions/{subscription}", {"items": [{"id": "{item}", "quantity": 3}],
                                                  "proration_behavior": "create_prorations"}),
    ("POST", "/v1/subscriptions/{subscription}", {"cancel_at_period_end": True, "metadata": {"a": "b"},
                                                  "cancellation_details": {"feedback": "unused"}}),
    ("DELETE", "/v1/subscriptions/{subscription}", {"cancellation_details": {"comment": "Bye"}}),
    ("POST", "/v1/subscriptions/{paused}/resume", {"billing_cycle_anchor": "now"}),
    ("GET", "/v1/invoices", {"subscription": "{subscription}", "status": "draft"}),
    ("GET", "/v1/invoices/{open_invoice}", {"expand": ["payments.data.payment.payment_intent", "confirmation_secret"]}),
    ("POST", "/v1/invoices/{open_invoice}", {"description": "Tea", "auto_advance": False}),
    ("GET", "/v1/invoices/{open_invoice}/lines", {"limit": 5}),
    ("POST", "/v1/invoices/{draft}/finalize", {"expand": ["payments"]}),
    ("POST", "/v1/invoices/{open_invoice}/pay", {"off_session": True}),
    ("POST", "/v1/invoices/{open_invoice}/pay", {"paid_out_of_band": True}),
    ("POST", "/v1/invoices/{open_invoice}/void", {}),
    ("POST", "/v1/invoices/{open_invoice}/mark_uncollectible", {}),
    ("GET", "/v1/invoice_payments", {"payment": {"type": "payment_intent", "payment_intent": "{invoice_intent}"}}),
    ("GET", "/v1/invoice_payments", {"invoice": "{open_invoice}", "status": "open"}),
    ("GET", "/v1/invoice_payments/{invoice_payment}", {"expand": ["invoice"]}),
    ("POST", "/v1/test_helpers/test_clocks", {"frozen_time": 1800000000, "name": "Year's end"}),
    ("GET", "/v1/test_helpers/test_clocks", {"limit": 5}),
    ("GET", "/v1/test_helpers/test_clocks/{clock}", {}),
    ("POST", "/v1/test_helpers/test_clocks/{clock}/advance", {"frozen_time": 1773136800}),
    ("DELETE", "/v1/test_helpers/test_clocks/{clock}", {}),
    ("POST", "/v1/webhook_endpoints", {"url": "https://shop.test/hooks", "enabled_events": ["*"]}),
    ("GET", "/v1/webhook_endpoints", {}),
    ("GET", "/v1/webhook_endpoints/{endpoint}", {}),
    ("POST", "/v1/webhook_endpoints/{endpoint}", {"disabled": True}),
    ("DELETE", "/v1/webhook_endpoints/{endpoint}", {}),
    ("GET", "/v1/account", {}),
    ("POST", "/v1/accounts", {"type": "express", "country": "DE", "email": "a@b.test", "metadata": {"a": "b"},
                              "capabilities": {"card_payments": {"requested": True}},
                              "business_profile": {"name": "Tea", "url": "https://tea.test"}}),
    ("GET", "/v1/accounts", {"limit": 3, "created": {"gte": 1}}),
    ("GET", "/v1/accounts/{account}", {}),
    ("POST", "/v1/accounts/{account}", {"email": "b@c.test", "business_profile": {"mcc": "5814"}}),
    ("DELETE", "/v1/accounts/{account}", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def description(stripe_mock_binary: Path) -> dict[str, Any]:
    """Stripe's OpenAPI description."""
    content = stripe_mock_binary.read_bytes()
    begin = content.index(SPEC_BEGINS)
    text = content[begin : begin + LONGEST_SPEC].decode(errors="replace")
    spec: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    assert spec["info"]["x-stripeSpecFilename"] == "spec3"
    return spec


@pytest.fixture
def made(sim: Sim, opened: Callable[..., Merchant], path: str, params: Any) -> dict[str, str]:
    """Objects that the calls are about, by the names that stand in their paths."""
    session, intent = sim.session(), sim.intent()
    paid, customer = sim.pay("pm_card_visa"), sim.customer(email="a@b.test").id
    disputed = sim.pay("pm_card_visa")
    refund = sim.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 100})
    sim.control(f"objects/{disputed.id}/warn")
    sim.control(f"objects/{disputed.id}/dispute")
    billing = any(name in f"{path} {params}" for name in BILLING)
    return {
        **(_sold(opened(sim)) if billing else {}),
        "customer": customer,
        "setup": sim.stripe.v1.setup_intents.create({"customer": customer}).id,
        "saved": sim.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id,
        "new_method": sim.stripe.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}}).id,
        "intent": intent.id,
        "open_intent": sim.intent().id,
        "held": sim.pay("pm_card_visa", capture_method="manual").id,
        "method": str(paid.payment_method),
        "charge": str(paid.latest_charge),
        "paid": paid.id,
        "refund": refund.id,
        "disputed": disputed.id,
        "dispute": sim.stripe.v1.disputes.list().data[0].id,
        "warning": sim.stripe.v1.radar.early_fraud_warnings.list().data[0].id,
        "movement": str(refund.balance_transaction),
        "session": session.id,
        "event": sim.stripe.v1.events.list().data[0].id,
        "account": sim.stripe.v1.accounts.create({"type": "standard"}).id,
        "endpoint": sim.stripe.v1.webhook_endpoints.create(
            {"url": "https://shop.test/hooks", "enabled_events": ["charge.refunded"]}
        ).id,
    }


def _sold(merchant: Merchant) -> dict[str, str]:
    """A subscription with a draft, one that nobody has paid for, and one that is paused."""
    v1, subscription = merchant.sim.stripe.v1, merchant.subscribe()
    merchant.advance(merchant.period(subscription)[1])
    unpaid = merchant.subscribe(payment_behavior="default_incomplete", expand=["latest_invoice.payments"]).to_dict()
    payment = unpaid["latest_invoice"]["payments"]["data"][0]
    item = subscription.to_dict()["items"]["data"][0]
    return {
        "bare_product": v1.products.create({"name": "Nothing yet"}).id,
        "buyer": merchant.customer,
        "clock": merchant.clock,
        "draft": merchant.invoice(subscription).id,
        "invoice_intent": payment["payment"]["payment_intent"],
        "invoice_payment": payment["id"],
        "item": item["id"],
        "open_invoice": unpaid["latest_invoice"]["id"],
        "paused": _paused(merchant),
        "price": merchant.price,
        "product": item["price"]["product"],
        "subscription": subscription.id,
    }


def _paused(merchant: Merchant) -> str:
    """A trial that ended without a card."""
    customer = merchant.sim.customer().id
    ends = {"end_behavior": {"missing_payment_method": "pause"}}
    trial = merchant.subscribe(customer=customer, trial_period_days=1, trial_settings=ends)
    merchant.sim.control(f"objects/{trial.id}/renew")
    return trial.id


def asked(base: str, method: str, path: str, params: dict[str, Any]) -> Any:
    """What one call of the official library gets; it raises for a refusal."""
    with requests.Session() as http:
        library = stripe.RequestsClient(session=http)
        client = stripe.StripeClient("sk_test_123", base_addresses={"api": base}, http_client=library)
        return client.raw_request(method.lower(), path, **params).data


@pytest.mark.parametrize(("method", "path", "params"), CALLS)
def test_stripes_mock_takes_the_same_calls(
    sim: Sim, stripe_mock: str, made: dict[str, str], method: str, path: str, params: Any
) -> None:
    path, params = path.format(**made), _filled(params, made)
    ours, theirs = (asked(base, method, path, params) for base in (sim.base, stripe_mock))
    assert ours["object"] == theirs["object"]


@pytest.mark.parametrize(("method", "path", "params"), CALLS)
def test_answers_are_as_stripe_describes_them(
    sim: Sim, description: dict[str, Any], made: dict[str, str], method: str, path: str, params: Any
) -> None:
    answer = asked(sim.base, method, path.format(**made), _filled(params, made))
    schema = _answer_schema(description, method, path)
    assert list(_faults(answer, schema, description, "it")) == []


def test_every_operation_is_among_the_calls() -> None:
    def plain(path: str) -> str:
        return re.sub(r"\{[^}]*\}|pm_\w+", "*", path)

    called = {(method, plain(path)) for method, path, _ in CALLS}
    of_v1 = [operation for operation in OPERATIONS if not operation.is_v2]  # the mock has no API v2
    missing = [f"{one.method} {one.path}" for one in of_v1 if (one.method, plain(one.path)) not in called]
    assert missing == ["POST /v1/refunds/{id}/cancel"], "which is always refused: no refund here waits for its buyer"


@pytest.mark.parametrize("event_type", FIXTURES)
def test_whatever_is_triggered_all_kept_objects_are_as_stripe_describes_them(
    sim: Sim, description: dict[str, Any], event_type: str
) -> None:
    sim.control("trigger", event=event_type)
    kinds = sim.call("GET", "/sim/state", key=None).json()["counts"]
    for kind in kinds:
        for line in sim.call("GET", f"/sim/objects?kind={kind}&limit=500", key=None).json()["data"]:
            thing = sim.call("GET", f"/sim/objects/{line['id']}", key=None).json()["object"]
            schema = description["components"]["schemas"][f"deleted_{kind}" if thing.get("deleted") else kind]
            assert list(_faults(thing, schema, description, kind)) == []


def test_some_fixture_makes_each_kind_of_object(sim: Sim) -> None:
    for event_type in FIXTURES:
        sim.control("trigger", event=event_type)
    made = set(sim.call("GET", "/sim/state", key=None).json()["counts"])
    assert made >= set(KEPT)


def test_objects_in_events_are_as_stripe_describes_them(sim: Sim, description: dict[str, Any]) -> None:
    for card in ("pm_card_visa", "pm_card_threeDSecure2Required", "pm_usBankAccount_success", "pm_success_de"):
        sim.pay(card)
    with pytest.raises(stripe.CardError):
        sim.pay("pm_card_chargeDeclined")
    session = sim.session()
    sim.call("POST", f"/c/pay/{session.id}/confirm", {"payment_method": "pm_card_visa"}, key=None)
    customer = sim.customer(payment_method="pm_card_visa").id
    sim.stripe.v1.customers.update(customer, {"name": "Ann"})
    for card in ("visa", "authenticationRequired", "chargeDeclined"):
        form = {
            "customer": customer,
            "confirm": "true",
            "payment_method": f"pm_card_{card}",
            "return_url": "https://a.b",
        }
        sim.call("POST", "/v1/setup_intents", form)
    sim.stripe.v1.customers.delete(customer)
    _refund_and_dispute(sim)
    _check_events(sim, description, kinds=27)


def test_objects_in_events_of_billing_are_as_stripe_describes_them(
    sim: Sim, opened: Callable[..., Merchant], description: dict[str, Any]
) -> None:
    merchant = opened(sim)
    subscription = merchant.subscribe()
    merchant.sim.stripe.v1.subscriptions.update(subscription.id, {"metadata": {"a": "b"}})
    merchant.sim.control(f"objects/{subscription.id}/fail_renewal")
    merchant.sim.control(f"objects/{subscription.id}/renew")
    merchant.subscribe(trial_period_days=2)
    for end in ("void", "mark_uncollectible"):
        unpaid = merchant.subscribe(payment_behavior="default_incomplete")
        sim.call("POST", f"/v1/invoices/{unpaid.latest_invoice}/{end}")
    merchant.advance(merchant.period(merchant.subscribe())[1])
    sim.control(f"objects/{sim.stripe.v1.invoices.list({'status': 'draft'}).data[0].id}/fail_finalization")
    session = sim.session(mode="subscription", line_items=[{"price_data": TEA, "quantity": 1}])
    sim.call("POST", f"/c/pay/{session.id}/confirm", {"payment_method": "pm_card_visa"}, key=None)
    _paused(merchant)
    _check_events(sim, description, kinds=27)


def _check_events(sim: Sim, description: dict[str, Any], kinds: int) -> None:
    """All events of so many types are as described, and so is what they tell of."""
    events: list[dict[str, Any]] = []
    more = True
    while more:
        cursor = f"&starting_after={events[-1]['id']}" if events else ""
        page = sim.call("GET", f"/v1/events?limit=100{cursor}").json()
        events, more = [*events, *page["data"]], page["has_more"]
    assert len({event["type"] for event in events}) >= kinds
    for event in events:
        schema = description["components"]["schemas"][event["data"]["object"]["object"]]
        assert list(_faults(event["data"]["object"], schema, description, event["type"])) == []
        assert list(_faults(event, description["components"]["schemas"]["event"], description, "event")) == []


def test_errors_are_as_stripe_describes_them(sim: Sim, description: dict[str, Any]) -> None:
    intent = sim.intent()
    form = {"payment_method": "pm_card_chargeDeclined", "return_url": "https://shop.test/done"}
    declined = sim.call("POST", f"/v1/payment_intents/{intent.id}/confirm", form)
    unknown = sim.call("POST", "/v1/payment_intents", {"colour": "blue"})
    schema = description["components"]["schemas"]["error"]
    for answer in (declined, unknown):
        assert list(_faults(answer.json(), schema, description, "it")) == []


def _refund_and_dispute(sim: Sim) -> None:
    """All that can become of money that was taken or held."""
    for verdict in ("fail", "cancel"):
        paid = sim.pay("pm_card_pendingRefund")
        refund = sim.stripe.v1.refunds.create({"payment_intent": paid.id})
        sim.control(f"objects/{refund.id}/{verdict}")
    for complaint, verdict in (("dispute", "win"), ("inquire", "escalate"), ("inquire", "lose")):
        paid = sim.pay("pm_card_visa")
        sim.control(f"objects/{paid.id}/warn")
        sim.control(f"objects/{paid.id}/{complaint}")
        dispute = sim.stripe.v1.disputes.list({"payment_intent": paid.id}).data[0]
        sim.control(f"objects/{dispute.id}/{verdict}")
    held, other = (sim.pay("pm_card_visa", capture_method="manual") for _ in range(2))
    sim.stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 500})
    sim.control(f"objects/{other.id}/expire")


def _filled(params: Any, made: dict[str, str]) -> Any:
    text = json.dumps(params)
    for name, value in made.items():
        text = text.replace(f"{{{name}}}", value)
    filled: Any = json.loads(text)
    return filled


def _answer_schema(description: dict[str, Any], method: str, path: str) -> Schema:
    for pattern, operations in description["paths"].items():
        if _same_path(pattern, path) and method.lower() in operations:
            content = operations[method.lower()]["responses"]["200"]["content"]
            schema: Schema = content["application/json"]["schema"]
            return schema
    raise AssertionError(f"Stripe has no {method} {path}")


def _same_path(pattern: str, path: str) -> bool:
    theirs, ours = pattern.split("/"), path.split("/")
    return len(theirs) == len(ours) and all(
        a == b or (a.startswith("{") and b.startswith("{")) for a, b in zip(theirs, ours, strict=True)
    )


def _faults(value: Any, schema: Schema, description: dict[str, Any], place: str) -> Iterator[str]:
    """Where a value is not as its schema says: missing or unknown members, wrong types and words."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if value is None:
        if not schema.get("nullable"):
            yield f"{place} is null"
    elif "anyOf" in schema:
        yield from _fits_one(value, schema["anyOf"], description, place)
    elif schema.get("type") == "object":
        yield from _object_faults(value, schema, description, place)
    elif schema.get("type") == "array":
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], description, f"{place}[{index}]")
    elif not isinstance(value, TYPES[schema["type"]]) or (schema["type"] == "integer" and isinstance(value, bool)):
        yield f"{place} is {value!r}, not {schema['type']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place} is {value!r}, not one of {schema['enum']}"


TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}


def _fits_one(value: Any, choices: list[Schema], description: dict[str, Any], place: str) -> Iterator[str]:
    """The faults of the choice that fits best."""
    found = [list(_faults(value, choice, description, place)) for choice in choices]
    yield from min(found, key=len)


def _object_faults(value: Any, schema: Schema, description: dict[str, Any], place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is {value!r}, not an object"
        return
    known = schema.get("properties", {})
    yield from (f"{place} lacks {name}" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name in known:
            yield from _faults(item, known[name], description, f"{place}.{name}")
        elif known and not schema.get("additionalProperties"):
            yield f"{place} has {name}, which Stripe has not"
