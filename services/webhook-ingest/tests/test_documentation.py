"""The webhook stands in the OpenAPI description, although FastAPI does not know the route."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import SecretStr

from webhook_ingest.app import create_app
from webhook_ingest.settings import Settings
from webhook_ingest.signatures import Refusal


async def test_the_description_has_the_webhook_and_every_answer(get: Callable[..., Awaitable[Any]]) -> None:
    app = create_app(Settings(stripe_webhook_secret=(SecretStr("whsec_test"),)))
    description = (await get(app, "/openapi.json")).body
    webhook = description["paths"]["/webhooks/stripe"]["post"]
    assert set(webhook["responses"]) == {"200", "400", "408", "413", "503"}
    assert all(refusal in webhook["responses"]["400"]["description"] for refusal in Refusal)
    named = description["paths"]["/webhooks/stripe/{endpoint}"]["post"]
    assert set(named["responses"]) == {*webhook["responses"], "404"}
    assert "/webhook" not in description["paths"]
    assert "Problem" in description["components"]["schemas"]
    assert {"/livez", "/readyz", "/metrics"} < set(description["paths"])


async def test_the_description_has_the_drop_in_route_where_it_works(get: Callable[..., Awaitable[Any]]) -> None:
    app = create_app(Settings(stripe_webhook_secret=(SecretStr("whsec_test"),), drop_in_routes=True))
    assert "/webhook" in (await get(app, "/openapi.json")).body["paths"]
