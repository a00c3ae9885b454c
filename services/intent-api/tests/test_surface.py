"""What else a caller, a browser and an operator see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import stripe as stripe_library

from intent_api.stripe_calls import API_VERSION

if TYPE_CHECKING:
    from conftest import Serve

SHOP = "http://localhost:8000"


@pytest.mark.shows("GET /v1/catalog")
async def test_catalogue_is_open_and_may_be_kept_for_a_minute(serve_api: Serve) -> None:
    """A shop window needs no key."""
    answer = await (await serve_api()).send("GET", "/v1/catalog")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.body["currencies"] == ["eur", "gbp", "jpy", "usd"]
    mug = answer.body["products"][0]
    assert (mug["sku"], mug["image"], mug["prices"]["jpy"]) == ("mug", "mug", 3600)


async def test_only_allowed_origins_may_call_from_a_browser(serve_api: Serve) -> None:
    """Errors are readable there too."""
    api = await serve_api()
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization,idempotency-key"}
    allowed = await api.send("OPTIONS", "/v1/payment-intents", Origin=SHOP, **asked)
    refused = await api.send("OPTIONS", "/v1/payment-intents", Origin="https://evil.test", **asked)
    too_large = await api.send("POST", "/v1/payment-intents", b"x" * 70_000, Origin=SHOP)
    assert (allowed.status, allowed.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert refused.status == 400
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert (too_large.status, too_large.headers["Access-Control-Allow-Origin"]) == (413, SHOP)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_allowed_origin_may_use_every_method_of_the_api(serve_api: Serve, method: str) -> None:
    """And read what tells it to wait; nobody's cookies are asked for."""
    asked = {"Access_Control_Request_Method": method, "Access_Control_Request_Headers": "authorization,content-type"}
    answer = await (await serve_api()).send("OPTIONS", "/v1/payment-intents", Origin=SHOP, **asked)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert method in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_service_lives_without_kafka_and_says_it_is_not_ready(serve_api: Serve) -> None:
    """Liveness does not hang on a dependency."""
    api = await serve_api()
    assert (await api.send("GET", "/livez")).status == 200
    ready = await api.send("GET", "/readyz")
    assert (ready.status, ready.body["parts"]) == (503, {"kafka": "not reached"})


async def test_requests_are_counted_by_route(serve_api: Serve) -> None:
    """Not by path: anybody can make up paths."""
    api = await serve_api()
    await api.send("GET", "/v1/catalog")
    await api.send("GET", "/v1/made-up")
    text = (await api.send("GET", "/metrics")).body["text"]
    assert 'intent_api_requests_total{method="GET",route="/v1/catalog",status="200"} 1.0' in text
    assert 'intent_api_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert "made-up" not in text


async def test_openapi_describes_every_answer(serve_api: Serve) -> None:
    """With a schema that stands by itself."""
    described = (await (await serve_api()).send("GET", "/openapi.json")).body
    for path in ("/v1/payment-intents", "/v1/checkout-sessions"):
        post = described["paths"][path]["post"]
        assert post["summary"]
        assert {"200", "400", "401", "409", "413", "422", "502", "503"} <= post["responses"].keys()
        assert list(post["responses"]["422"]["content"]) == ["application/problem+json"]
        assert post["security"] == [{"Key": []}]
    for path, methods in described["paths"].items():
        for method in methods.values() if path.startswith("/v1/") and path != "/v1/catalog" else ():
            assert (path, method["security"]) == (path, [{"Key": []}])
            assert (path, bool(method["summary"]), "401" in method["responses"]) == (path, True, True)
    references = {line.split('"')[0] for line in json.dumps(described).split('"$ref": "')[1:]}
    assert all(each.rsplit("/", 1)[-1] in described["components"]["schemas"] for each in references)


def test_stripe_version_is_the_librarys() -> None:
    """So that upgrading the library is also a decision about the API's version."""
    assert stripe_library.api_version == API_VERSION


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_documentation_is_served(serve_api: Serve, path: str) -> None:
    """Beside the service."""
    assert (await (await serve_api()).send("GET", path)).status == 200
