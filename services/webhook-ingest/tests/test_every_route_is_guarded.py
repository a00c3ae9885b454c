"""Every route there is, tried by whoever is not Stripe. A new route fails until it stands here."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from webhook_ingest.app import create_app
from webhook_ingest.settings import Settings

SIGNED = {
    "POST /webhooks/stripe": "/webhooks/stripe",
    "POST /webhooks/stripe/{endpoint}": "/webhooks/stripe/connect",
    "POST /webhook": "/webhook",
}
"""What takes in only what Stripe has signed for this very path."""
OPEN = {"GET /livez", "GET /readyz", "GET /metrics"}
"""Probes and numbers, for the operators' network."""
ANOTHER_MERCHANTS = "whsec_another_merchants"
ENDPOINTS = "connect=whsec_connect"


def test_every_route_of_the_service_is_listed_here() -> None:
    settings = Settings.model_validate(
        {"stripe_webhook_secret": (SecretStr("whsec_test"),), "drop_in_routes": True, "endpoints": ENDPOINTS}
    )
    paths = create_app(settings).openapi()["paths"]
    assert {f"{method.upper()} {path}" for path in paths for method in paths[path]} == {*SIGNED, *OPEN}


@pytest.mark.parametrize("path", SIGNED.values())
async def test_nothing_is_written_that_stripe_has_not_signed_for_this_path(
    make_service: Callable[..., Any], event: Callable[..., bytes], path: str
) -> None:
    """Not with another merchant's secret, nor with another endpoint's, nor with none."""
    service = make_service(endpoints=ENDPOINTS, drop_in_routes=True)
    others = "whsec_test" if path.endswith("connect") else "whsec_connect"
    for secret in (ANOTHER_MERCHANTS, others, ""):
        answer = await service.deliver(event(), path=path, secret=secret)
        assert (answer.status, answer.body["code"]) == (400, "signature_mismatch")
    assert service.kafka.written == []
