"""Whatever is wrong with a request: a problem that names the field, and nothing created."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from tillstream_operations import BodyLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calling import Api
    from scripted_stripe import ScriptedStripe

pytestmark = pytest.mark.asyncio(loop_scope="module")
CART: dict[str, Any] = {"items": [{"sku": "mug", "quantity": 2}], "currency": "usd"}
PAGES = {"success_url": "http://localhost:8000/success", "cancel_url": "http://localhost:8000/cart"}
INTENTS, SESSIONS = "/v1/payment-intents", "/v1/checkout-sessions"


@pytest.fixture
def api(api_and_its_stripe: tuple[Api, ScriptedStripe]) -> Iterator[Api]:
    """The service; Stripe is never asked for anything."""
    api, stripe = api_and_its_stripe
    yield api
    assert stripe.requests == []


def cart_of(**line: Any) -> dict[str, Any]:
    return {**CART, "items": [{"sku": "mug", "quantity": 1, **line}]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (cart_of(sku="cup"), "items[0].sku"),
        (cart_of(sku=""), "items[0].sku"),
        (cart_of(sku="\ud800"), "items[0].sku"),
        (cart_of(sku=7), "items[0].sku"),
        (cart_of(quantity=0), "items[0].quantity"),
        (cart_of(quantity=-1), "items[0].quantity"),
        (cart_of(quantity=10**9), "items[0].quantity"),
        (cart_of(quantity=10**400), "items[0].quantity"),
        (cart_of(quantity=True), "items[0].quantity"),
        (cart_of(quantity=1.0), "items[0].quantity"),
        (cart_of(quantity=1e3), "items[0].quantity"),
        (cart_of(quantity="1"), "items[0].quantity"),
        (cart_of(quantity=None), "items[0].quantity"),
        (cart_of(price=1), "items[0].price"),
        ({**CART, "items": [{"sku": "mug"}]}, "items[0].quantity"),
        ({**CART, "items": [CART["items"]]}, "items[0]"),
        ({**CART, "items": []}, "items"),
        ({**CART, "items": {}}, "items"),
        ({**CART, "items": [{"sku": f"s{n}", "quantity": 1} for n in range(101)]}, "items"),
        ({**CART, "items": CART["items"] * 2}, "items[1].sku"),
        ({**CART, "currency": "chf"}, "currency"),
        ({**CART, "currency": "US"}, "currency"),
        ({**CART, "currency": ["usd"]}, "currency"),
        ({"items": CART["items"]}, "currency"),
        ({**CART, "amout": 5}, "amout"),
        ({**CART, "reference": "x" * 201}, "reference"),
        ({**CART, "reference": "a\u0000b"}, "reference"),
        ({**CART, "customer": "ada@example.com"}, "customer"),
        ({**CART, "metadata": {"order_id": "ord_other"}}, "metadata.order_id.[key]"),
        ({**CART, "metadata": {"note": 5}}, "metadata.note"),
        ({**CART, "metadata": {"note": "x" * 501}}, "metadata.note"),
        ({**CART, "metadata": {f"k{n}": "v" for n in range(21)}}, "metadata"),
        ([CART], "body"),
        (None, "body"),
        ("cart", "body"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize(("path", "more"), [(INTENTS, {}), (SESSIONS, PAGES)])
async def test_faulty_order_is_refused_by_its_field(api: Api, path: str, more: Any, body: Any, field: str) -> None:
    """On both ways to pay."""
    answer = await api.post(path, {**body, **more} if isinstance(body, dict) else body)
    assert (answer.status, answer.body["code"]) == (422, "invalid_request")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.body["errors"]]
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("body", [{"currency": "usd"}, {**CART, "amount": 500}])
async def test_items_or_an_amount_must_be_said_and_not_both(api: Api, body: Any) -> None:
    """Even by a server."""
    answer = await api.post(INTENTS, body, bearer=api.secret_key)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "items")


@pytest.mark.parametrize("amount", [49, 10**8, 0, -5, 500.0, "500", True])
async def test_amount_that_cannot_be_charged_is_refused(api: Api, amount: Any) -> None:
    """Below Stripe's minimum, above its maximum, or no integer."""
    answer = await api.post(INTENTS, {"amount": amount, "currency": "usd"}, bearer=api.secret_key)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "amount")


@pytest.mark.parametrize("body", [{"amount": 500, "currency": "usd"}, {**CART, "amount": 1}])
async def test_publishable_key_can_never_name_an_amount(api: Api, body: Any) -> None:
    """Not even beside a cart."""
    answer = await api.post(INTENTS, body)
    assert (answer.status, answer.body["code"]) == (403, "amount_not_allowed")
    assert answer.body["errors"][0]["field"] == "amount"


@pytest.mark.parametrize("field", ["success_url", "cancel_url"])
async def test_buyer_is_sent_only_to_the_shops_own_pages(api: Api, field: str) -> None:
    """No open redirect."""
    answer = await api.post(SESSIONS, {**CART, **PAGES, field: "https://localhost:8000@evil.test/"})
    assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (422, [field])


@pytest.mark.parametrize("email", ["ada", "a b@example.com", "a@" + "x" * 260, 7])
async def test_faulty_email_is_refused(api: Api, email: Any) -> None:
    """The message does not repeat it."""
    answer = await api.post(SESSIONS, {**CART, **PAGES, "email": email})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "email")
    assert str(email) not in answer.body["errors"][0]["message"]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"items":' * 6000, b"9" * 60_000, b"NaN"])
async def test_body_that_is_not_json_is_refused(api: Api, data: bytes) -> None:
    """Also one made to exhaust a parser."""
    answer = await api.send("POST", INTENTS, data, **api.as_browser("k"))
    assert answer.status in (400, 422)
    assert "body" in answer.body["detail"]


async def test_oversized_body_is_refused_before_it_is_parsed(api: Api) -> None:
    """64 KiB and one byte, announced or in chunks."""
    body = json.dumps({**CART, "reference": "x" * 70_000}).encode()

    async def chunks() -> Any:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    for data in (body, chunks()):
        answer = await api.send("POST", INTENTS, data, **api.as_browser("k"))
        assert (answer.status, answer.body["code"]) == (413, "body_too_large")


async def test_body_that_never_ends_is_given_up() -> None:
    """A slow sender holds nothing for long, nor its connection; one that leaves is not answered."""
    sent: list[Any] = []
    silence = asyncio.Event()

    async def no_more() -> Any:
        await silence.wait()

    async def gone() -> Any:
        return {"type": "http.disconnect"}

    async def note(message: Any) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("half a body must not get here")

    limited = BodyLimit(app, seconds=0.01)
    await limited({"type": "http", "method": "POST"}, gone, note)
    assert sent == []
    await limited({"type": "http", "method": "POST"}, no_more, note)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_missing_idempotency_key_is_asked_for(api: Api) -> None:
    """On both routes."""
    headers = api.as_browser("k")
    del headers["Idempotency_Key"]
    for path in (INTENTS, SESSIONS):
        answer = await api.send("POST", path, json.dumps({**CART, **PAGES}).encode(), **headers)
        assert (answer.status, answer.body["code"]) == (400, "idempotency_key_required")


async def test_unknown_route_and_method_are_problems_too(api: Api) -> None:
    """One format for all errors."""
    for method, path, status in (("GET", "/v1/none", 404), ("DELETE", INTENTS, 405)):
        answer = await api.send(method, path)
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer sk_test_wrong", "Basic abc", "Bearer clé", "sk_test"]
)
async def test_nobody_gets_in_without_a_key(api: Api, authorization: str) -> None:
    """And is told how to send one."""
    headers = {**api.as_browser("k"), "Authorization": authorization}
    answer = await api.send("POST", INTENTS, json.dumps(CART).encode(), **headers)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.body["code"] in ("key_required", "key_invalid")
