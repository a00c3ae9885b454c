"""One purchase, made as a browser makes it: our API, Stripe's API with publishable keys, and the WebSocket."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from devstack.trouble import Trouble
from tillstream_contracts import OrderStatus
from tillstream_contracts.stream import Heartbeat, Snapshot, Status, StreamError, Subscribe

CURRENCY = "usd"
PATIENCE_SECONDS = 20
CARD = {
    "payment_method_data[type]": "card",
    "payment_method_data[card][number]": "4242424242424242",
    "payment_method_data[card][exp_month]": "12",
    "payment_method_data[card][exp_year]": "2034",
    "payment_method_data[card][cvc]": "123",
}
FRAMES: TypeAdapter[Snapshot | Status | Heartbeat | StreamError] = TypeAdapter(
    Snapshot | Status | Heartbeat | StreamError
)

Frame = TypeVar("Frame", Snapshot, Status)


@dataclass(frozen=True)
class Shop:
    """The public addresses and keys that a shop's page knows."""

    intent_api: str
    stripe_api: str
    order_service: str
    publishable_key: str


@dataclass(frozen=True)
class Purchase:
    """A purchase that the WebSocket called paid, and what the buyer saw when."""

    order_id: str
    payment_intent_id: str
    stream_token: str
    what: str
    amount: int
    currency: str
    begun: datetime
    intent_created: datetime
    card_sent: datetime
    card_confirmed: datetime
    paid_on_websocket: datetime


async def buy(shop: Shop) -> Purchase:
    """Buy the first thing in the catalogue. Raises Trouble when it is not paid in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as http:
            return await _Buyer(shop, http).buy()
    except TimeoutError as error:
        raise Trouble(f"The purchase was not paid within {PATIENCE_SECONDS} s: see `make logs`.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise Trouble(f"The purchase failed ({error}): see `make logs`.") from error


async def order_timeline(shop: Shop, purchase: Purchase) -> list[dict[str, Any]]:
    """The order's history, as order-service tells it to the holder of the stream token."""
    url = f"{shop.order_service}/v1/orders/{purchase.order_id}"
    headers = {"Authorization": f"Bearer {purchase.stream_token}"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        lines: list[dict[str, Any]] = (await _body(answer))["timeline"]
        return lines


class _Buyer:
    def __init__(self, shop: Shop, http: aiohttp.ClientSession) -> None:
        self.shop = shop
        self.http = http

    async def buy(self) -> Purchase:
        product = await self._choose()
        begun = datetime.now(UTC)
        intent = await self._ask_for_intent(product["sku"])
        intent_created = datetime.now(UTC)
        async with connect(intent["stream"]["url"]) as stream:
            await stream.send(Subscribe(type="subscribe", token=intent["stream"]["token"]).model_dump_json())
            await _until(stream, Snapshot)
            card_sent = datetime.now(UTC)
            confirmed, paid = await asyncio.gather(self._confirm(intent), _until_paid(stream))
        return Purchase(
            order_id=intent["order_id"],
            payment_intent_id=intent["payment_intent_id"],
            stream_token=intent["stream"]["token"],
            what=product["name"],
            amount=intent["amount"],
            currency=intent["currency"],
            begun=begun,
            intent_created=intent_created,
            card_sent=card_sent,
            card_confirmed=confirmed,
            paid_on_websocket=paid,
        )

    async def _choose(self) -> dict[str, Any]:
        async with self.http.get(f"{self.shop.intent_api}/v1/catalog") as answer:
            products = (await _body(answer))["products"]
        product: dict[str, Any] = next(product for product in products if CURRENCY in product["prices"])
        return product

    async def _ask_for_intent(self, sku: str) -> dict[str, Any]:
        order = {"items": [{"sku": sku, "quantity": 1}], "currency": CURRENCY, "reference": "demo"}
        headers = {
            "Authorization": f"Bearer {self.shop.publishable_key}",
            "Idempotency-Key": f"demo-{secrets.token_hex(12)}",
        }
        async with self.http.post(f"{self.shop.intent_api}/v1/payment-intents", json=order, headers=headers) as answer:
            return await _body(answer)

    async def _confirm(self, intent: dict[str, Any]) -> datetime:
        url = f"{self.shop.stripe_api}/v1/payment_intents/{intent['payment_intent_id']}/confirm"
        form = {"client_secret": intent["client_secret"], **CARD}
        headers = {"Authorization": f"Bearer {intent['publishable_key']}"}
        async with self.http.post(url, data=form, headers=headers) as answer:
            await _body(answer)
        return datetime.now(UTC)


async def _until_paid(stream: ClientConnection) -> datetime:
    while (await _until(stream, Status)).status is not OrderStatus.PAID:
        continue
    return datetime.now(UTC)


async def _until(stream: ClientConnection, kind: type[Frame]) -> Frame:
    while not isinstance(frame := FRAMES.validate_json(await stream.recv()), kind):
        if isinstance(frame, StreamError):
            raise Trouble(f"notifier closed the stream ({frame.code}): {frame.detail}")
    return frame


async def _body(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    if not answer.ok:
        said = " ".join((await answer.text()).split())[:300]
        raise Trouble(f"{answer.method} {answer.url} was answered {answer.status}: {said}")
    body: dict[str, Any] = await answer.json()
    return body
