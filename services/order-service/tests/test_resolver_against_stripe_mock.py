"""Every path that the resolver may ask for exists at Stripe: its own stand-in, built from its OpenAPI, answers."""

import time

import pytest

from order_service.resolver.events import Object
from order_service.resolver.metrics import ResolverMetrics
from order_service.resolver.settings import ResolverSettings
from order_service.resolver.stripe import Stripe
from order_service.stripe_calls.client import StripeCalls

pytestmark = pytest.mark.integration
KINDS = {
    "payment_intents/pi_1": "payment_intent",
    "charges/ch_1": "charge",
    "refunds/re_1": "refund",
    "disputes/dp_1": "dispute",
    "checkout/sessions/cs_1": "checkout.session",
    "setup_intents/seti_1": "setup_intent",
    "payment_methods/pm_1": "payment_method",
    "subscriptions/sub_1": "subscription",
    "invoices/in_1": "invoice",
    "invoice_payments/inpay_1": "invoice_payment",
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
async def test_stripe_has_what_the_resolver_asks_for(stripe_mock: str, path: str, kind: str) -> None:
    given = {"stripe_secret_key": "sk_test_123", "stripe_api_base": stripe_mock}
    calls = StripeCalls(ResolverSettings.model_validate(given), ResolverMetrics().calls)
    async with calls.opened():
        answer = await Stripe(calls).fetch(
            Object(f"/v1/{path}", "acct_1"), cause="evt_test_1", by=time.monotonic() + 20
        )
    assert answer.content["object"] == kind
