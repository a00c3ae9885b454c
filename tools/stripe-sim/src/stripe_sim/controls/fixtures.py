"""The steps that make each event happen: one table, from the type of an event to calls of the API and actions.

A `{…}` in a step is filled from the answers before it, by the names of their steps.
"""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Params = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A call of the API, or an action; its answer is known by `name` from then on."""

    name: str
    path: str
    params: Params = field(default_factory=dict)
    method: str = "POST"
    refused: bool = False
    """Whether it is meant to be refused, as a declined card is."""


BACK = "https://example.com/back"
MONEY: Params = {"amount": 2000, "currency": "usd"}
MONTHLY: Params = {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}}
MUG: Params = {"price_data": {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Mug"}}, "quantity": 2}
JANUARY, FEBRUARY = 1_798_761_600, 1_801_440_000
"""The first of January 2027, and of February."""


def _intent(**more: Any) -> Step:
    return Step("payment_intent", "/v1/payment_intents", {**MONEY, **more})


def _paid(card: str = "visa", **more: Any) -> Step:
    method = card if card.startswith("pm_") else f"pm_card_{card}"
    return _intent(payment_method=method, confirm=True, return_url=BACK, **more)


def _of(name: str, path: str = "", /, *, refused: bool = False, **params: Any) -> Step:
    """A call about one payment, subscription…, whose own step has this name."""
    return Step(name, f"/v1/{name}s/{{{name}[id]}}{path}", params, refused=refused)


def _act(name: str, action: str) -> Step:
    return Step(name, f"/sim/objects/{{{name}[id]}}/{action}")


def _delete(name: str, path: str = "") -> Step:
    return Step("deleted", f"/v1/{path or f'{name}s'}/{{{name}[id]}}", method="DELETE")


def _first(name: str, path: str) -> Step:
    """The latest object of a list."""
    return Step(name, f"{path}&limit=1", method="LATEST")


CARD: Params = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
CUSTOMER = Step("customer", "/v1/customers", {"name": "Jenny Rosen", "email": "jenny@example.com"})
PAYER = Step("customer", CUSTOMER.path, {**CUSTOMER.params, **CARD})
PRODUCT = Step("product", "/v1/products", {"name": "Tea"})
PRICE = Step("price", "/v1/prices", {**MONTHLY, "product": "{product[id]}"})
SOLD = (PRODUCT, PRICE)
SUBSCRIBED = Step(
    "subscription", "/v1/subscriptions", {"customer": "{customer[id]}", "items": [{"price": "{price[id]}"}]}
)
BOUGHT = (PAYER, *SOLD, SUBSCRIBED)
TRIAL = (PAYER, *SOLD, Step("subscription", SUBSCRIBED.path, {**SUBSCRIBED.params, "trial_period_days": 2}))
ENDS_PAUSED: Params = {"trial_period_days": 2, "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}}}
PAUSED = (
    CUSTOMER,
    *SOLD,
    Step("subscription", SUBSCRIBED.path, {**SUBSCRIBED.params, **ENDS_PAUSED}),
    _act("subscription", "renew"),
)
UNPAID = (
    PAYER,
    *SOLD,
    Step("subscription", SUBSCRIBED.path, {**SUBSCRIBED.params, "payment_behavior": "default_incomplete"}),
    Step("invoice", "/v1/invoices/{subscription[latest_invoice]}", method="GET"),
)
CLOCK = Step("test_clock", "/v1/test_helpers/test_clocks", {"frozen_time": JANUARY})
ADVANCED = (
    CLOCK,
    Step("test_clock", "/v1/test_helpers/test_clocks/{test_clock[id]}/advance", {"frozen_time": FEBRUARY}),
)
DRAFT = (
    CLOCK,
    Step("customer", PAYER.path, {**PAYER.params, "test_clock": "{test_clock[id]}"}),
    *SOLD,
    SUBSCRIBED,
    ADVANCED[1],
    _first("invoice", "/v1/invoices?status=draft&subscription={subscription[id]}"),
)
HELD = _paid(capture_method="manual")
CHARGE = Step("charge", "/v1/charges/{payment_intent[latest_charge]}", method="GET")
REFUND = Step("refund", "/v1/refunds", {"payment_intent": "{payment_intent[id]}"})
DISPUTED = (
    _paid(),
    _act("payment_intent", "dispute"),
    _first("dispute", "/v1/disputes?payment_intent={payment_intent[id]}"),
)
SESSION = Step(
    "checkout_session", "/v1/checkout/sessions", {"mode": "payment", "line_items": [MUG], "success_url": BACK}
)
SETUP = Step("setup_intent", "/v1/setup_intents", {"customer": "{customer[id]}"})
ATTACHED = Step("payment_method", "/v1/payment_methods/pm_card_visa/attach", {"customer": "{customer[id]}"})

PAYS_BY_IT = _of("customer", invoice_settings={"default_payment_method": "{payment_method[id]}"})


def _set_up(card: str, *, refused: bool = False) -> tuple[Step, ...]:
    confirm = _of("setup_intent", "/confirm", refused=refused, payment_method=f"pm_card_{card}", return_url=BACK)
    return CUSTOMER, SETUP, confirm


DECLINED = (
    _intent(),
    _of("payment_intent", "/confirm", refused=True, payment_method="pm_card_chargeDeclined", return_url=BACK),
)

FIXTURES = MappingProxyType({
    "payment_intent.created": (_intent(),),
    "payment_intent.succeeded": (_paid(),),
    "payment_intent.processing": (_paid("pm_usBankAccount_success"),),
    "payment_intent.requires_action": (_paid("threeDSecure2Required"),),
    "payment_intent.payment_failed": DECLINED,
    "payment_intent.amount_capturable_updated": (HELD,),
    "payment_intent.canceled": (_intent(), _of("payment_intent", "/cancel")),
    "charge.succeeded": (_paid(), CHARGE),
    "charge.pending": (_paid("pm_usBankAccount_success"), CHARGE),
    "charge.failed": DECLINED,
    "charge.captured": (HELD, _of("payment_intent", "/capture"), CHARGE),
    "charge.expired": (HELD, CHARGE, _act("payment_intent", "expire")),
    "charge.refunded": (_paid(), CHARGE, REFUND),
    "charge.refund.updated": (_paid("pendingRefund"), REFUND, _act("refund", "succeed")),
    "refund.created": (_paid(), REFUND),
    "refund.updated": (_paid("pendingRefund"), REFUND, _act("refund", "succeed")),
    "refund.failed": (_paid("pendingRefund"), REFUND, _act("refund", "fail")),
    "charge.dispute.created": DISPUTED,
    "charge.dispute.funds_withdrawn": DISPUTED,
    "charge.dispute.updated": (*DISPUTED, _of("dispute", metadata={"case": "1"})),
    "charge.dispute.funds_reinstated": (*DISPUTED, _act("dispute", "win")),
    "charge.dispute.closed": (*DISPUTED, _act("dispute", "lose")),
    "radar.early_fraud_warning.created": (_paid(), _act("payment_intent", "warn")),
    "checkout.session.completed": (SESSION, _act("checkout_session", "pay")),
    "checkout.session.async_payment_succeeded": (SESSION, _act("checkout_session", "pay_later")),
    "checkout.session.async_payment_failed": (SESSION, _act("checkout_session", "pay_in_vain")),
    "checkout.session.expired": (SESSION, _act("checkout_session", "expire")),
    "customer.created": (CUSTOMER,),
    "customer.updated": (CUSTOMER, _of("customer", name="Jenny Smith")),
    "customer.deleted": (CUSTOMER, _delete("customer")),
    "payment_method.attached": (CUSTOMER, ATTACHED),
    "payment_method.updated": (CUSTOMER, ATTACHED, _of("payment_method", metadata={"a": "1"})),
    "payment_method.automatically_updated": (CUSTOMER, ATTACHED, _act("payment_method", "replace")),
    "payment_method.detached": (CUSTOMER, ATTACHED, _of("payment_method", "/detach")),
    "setup_intent.created": (CUSTOMER, SETUP),
    "setup_intent.requires_action": _set_up("authenticationRequired"),
    "setup_intent.succeeded": _set_up("visa"),
    "setup_intent.setup_failed": _set_up("chargeDeclined", refused=True),
    "setup_intent.canceled": (CUSTOMER, SETUP, _of("setup_intent", "/cancel")),
    "product.created": (PRODUCT,),
    "product.updated": (PRODUCT, _of("product", name="Green tea")),
    "product.deleted": (PRODUCT, _delete("product")),
    "price.created": SOLD,
    "price.updated": (*SOLD, _of("price", active=False)),
    "customer.subscription.created": BOUGHT,
    "customer.subscription.updated": (*BOUGHT, _of("subscription", metadata={"a": "1"})),
    "customer.subscription.trial_will_end": TRIAL,
    "customer.subscription.paused": PAUSED,
    "customer.subscription.resumed": (*PAUSED, ATTACHED, PAYS_BY_IT, _of("subscription", "/resume")),
    "customer.subscription.deleted": (*BOUGHT, _delete("subscription")),
    "invoice.created": BOUGHT,
    "invoice.finalized": BOUGHT,
    "invoice.updated": (*UNPAID, _of("invoice", description="Tea")),
    "invoice.paid": BOUGHT,
    "invoice.payment_succeeded": BOUGHT,
    "invoice_payment.paid": BOUGHT,
    "invoice.payment_failed": (*BOUGHT, _act("subscription", "fail_renewal")),
    "invoice.payment_action_required": (
        CUSTOMER,
        Step("payment_method", "/v1/payment_methods/pm_card_authenticationRequired/attach", ATTACHED.params),
        PAYS_BY_IT,
        *SOLD,
        SUBSCRIBED,
    ),
    "invoice.finalization_failed": (*DRAFT, _act("invoice", "fail_finalization")),
    "invoice.voided": (*UNPAID, _of("invoice", "/void")),
    "invoice.marked_uncollectible": (*UNPAID, _of("invoice", "/mark_uncollectible")),
    "test_helpers.test_clock.created": (CLOCK,),
    "test_helpers.test_clock.advancing": ADVANCED,
    "test_helpers.test_clock.ready": ADVANCED,
    "test_helpers.test_clock.deleted": (CLOCK, _delete("test_clock", "test_helpers/test_clocks")),
})  # fmt: skip
