"""Every path that the resolver may ask for exists at Stripe: its own stand-in, built from its OpenAPI, answers."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

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


@pytest.fixture(scope="module")
def mock() -> Iterator[int]:
    """The port of a running stripe-mock, on loopback alone; it listens soon."""
    here = Path(__file__).parents[3] / ".state/bin/stripe-mock"
    found = [place for place in (os.environ.get("STRIPE_MOCK_BIN"), here, shutil.which("stripe-mock")) if place]
    binary = next((str(place) for place in found if Path(place).is_file()), None)
    if binary is None:
        refuse = pytest.fail if os.environ.get("REQUIRE_STRIPE_MOCK") == "1" else pytest.skip
        refuse("stripe-mock is missing: scripts/stripe-mock builds it")
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    command = [binary, "-http-addr", f"127.0.0.1:{ports[0]}", "-https-addr", f"127.0.0.1:{ports[1]}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            yield ports[0]
        finally:
            process.terminate()


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
async def test_stripe_has_what_the_resolver_asks_for(
    mock: int, until: Callable[..., Awaitable[None]], path: str, kind: str
) -> None:
    await until(lambda: _listens(mock), seconds=90)
    given = {"stripe_secret_key": "sk_test_123", "stripe_api_base": f"http://127.0.0.1:{mock}"}
    calls = StripeCalls(ResolverSettings.model_validate(given), ResolverMetrics().calls)
    async with calls.opened():
        answer = await Stripe(calls).fetch(
            Object(f"/v1/{path}", "acct_1"), cause="evt_test_1", by=time.monotonic() + 20
        )
    assert answer.content["object"] == kind


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
