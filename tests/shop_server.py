"""A shop's own server: speaks to every public interface of the house, and holds its secret keys."""

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

import aiohttp

from running_house import RunningHouse

Json = dict[str, Any]
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read."""

    status: int
    media_type: str
    body: Json


class ShopServer:
    """An HTTP client with the house's keys."""

    def __init__(self, house: RunningHouse) -> None:
        self.house = house

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def asks_for_payment(self, body: Json | bytes, *, key: str | None = None, secret: bool = False) -> Answer:
        """`POST /v1/payment-intents` with the shop's publishable key, or its secret one."""
        headers = {
            "Authorization": self._bearer("TILLSTREAM_SECRET_KEY" if secret else "TILLSTREAM_PUBLISHABLE_KEY"),
            "Idempotency-Key": key or secrets.token_hex(16),
            "Content-Type": "application/json",
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self._send("POST", self.house.url("intent-api", "/v1/payment-intents"), headers, data)

    async def places_order(self, **items: int) -> Json:
        """An order for so many of each SKU, in usd."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in items.items()]
        answer = await self.asks_for_payment({"items": lines, "currency": "usd"})
        assert answer.status == 200, answer
        return answer.body

    async def asks_of_order(self, order_id: str, what: str, body: Json, *, key: str | None = None) -> Answer:
        """`POST /v1/orders/{order_id}/…` with the secret key: `refunds`, `capture`, `cancel`."""
        return await self.asks("POST", f"/v1/orders/{order_id}/{what}", body, key=key)

    async def asks(self, method: str, path: str, body: Json, *, key: str | None = None) -> Answer:
        """Anything of intent-api, with the secret key."""
        headers = {
            "Authorization": self._bearer("TILLSTREAM_SECRET_KEY"),
            "Idempotency-Key": key or secrets.token_hex(16),
            "Content-Type": "application/json",
        }
        return await self._send(method, self.house.url("intent-api", path), headers, json.dumps(body).encode())

    async def reads(self, path: str) -> Answer:
        """Anything of order-service, with the secret key."""
        headers = {"Authorization": self._bearer("TILLSTREAM_SECRET_KEY")}
        return await self._send("GET", self.house.url("order-service", path), headers)

    async def subscription(self, subscription_id: str) -> Json:
        """The subscription with its invoices and its timeline."""
        headers = {"Authorization": self._bearer("TILLSTREAM_SECRET_KEY")}
        path = f"/v1/subscriptions/{subscription_id}"
        answer = await self._send("GET", self.house.url("order-service", path), headers)
        assert answer.status == 200, answer
        return answer.body

    async def stripe(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        browser: bool = False,
        account: str | None = None,
    ) -> Json:
        """A call of Stripe's API with the account's secret key, or with the one that Stripe.js has in a browser.

        `account` is the connected account in which it is made.
        """
        headers = {"Authorization": self._bearer("STRIPE_PUBLISHABLE_KEY" if browser else "STRIPE_SECRET_KEY")}
        headers |= {"Stripe-Account": account} if account else {}
        data = aiohttp.FormData(form) if form else None
        answer = await self._send(method, self.house.url("stripe-sim", path), headers, data)
        return answer.body

    async def stripe_v2(self, method: str, path: str, body: Json | None = None) -> Json:
        """A call of Stripe's API v2, which speaks JSON."""
        headers = {"Authorization": self._bearer("STRIPE_SECRET_KEY"), "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        return (await self._send(method, self.house.url("stripe-sim", f"/v2{path}"), headers, data)).body

    async def sim(self, method: str, path: str, body: Json | None = None) -> Json:
        """What a bank, a buyer or time can do at Stripe: `/objects/{id}/actions`, `/objects/{id}/{action}`."""
        headers = {"Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        return (await self._send(method, self.house.url("stripe-sim", f"/sim{path}"), headers, data)).body

    async def metrics(self, program: str) -> str:
        """What a program counts, as Prometheus reads it."""
        async with self._http.get(self.house.url(program, "/metrics")) as response:
            return await response.text()

    async def confirms(self, payment_intent_id: str, payment_method: str = "pm_card_visa") -> None:
        """Pay with one of Stripe's test payment methods, whether or not its bank agrees."""
        form = {"payment_method": payment_method, "return_url": self.house.url("storefront", "/success")}
        await self.stripe("POST", f"/v1/payment_intents/{payment_intent_id}/confirm", form)

    @asynccontextmanager
    async def chaos(self, **knobs: float | bool) -> AsyncIterator[None]:
        """Let deliveries of events go wrong for a while."""
        await self._turn(knobs)
        try:
            yield
        finally:
            await self._turn({})

    async def delivers(self, event: Json, *, secret: str | None = None) -> Answer:
        """Post an event to webhook-ingest, signed as Stripe signs it, or with another secret."""
        body, now = json.dumps(event).encode(), int(time.time())
        signing = (secret or self.house.keys["STRIPE_WEBHOOK_SECRET"]).encode()
        signature = hmac.new(signing, f"{now}.".encode() + body, sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={now},v1={signature}", "Content-Type": "application/json"}
        return await self._send("POST", self.house.url("webhook-ingest", "/webhooks/stripe"), headers, body)

    async def order(self, order_id: str) -> Json | None:
        """The order with its timeline, None if nobody knows it."""
        headers = {"Authorization": self._bearer("TILLSTREAM_SECRET_KEY")}
        answer = await self._send("GET", self.house.url("order-service", f"/v1/orders/{order_id}"), headers)
        assert answer.status in (200, 404), answer
        return answer.body if answer.status == 200 else None

    async def sees(self, order_id: str, shows: Callable[[Json], bool]) -> Json:
        """The order as soon as it shows that."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        order = await self.order(order_id)
        while order is None or not shows(order):
            assert time.monotonic() < deadline, f"{order_id} never came to show it: {order}"
            await asyncio.sleep(0.05)
            order = await self.order(order_id)
        return order

    def _bearer(self, key: str) -> str:
        return f"Bearer {self.house.keys[key]}"

    async def _turn(self, knobs: Mapping[str, float | bool]) -> None:
        body = json.dumps(knobs).encode()
        headers = {"Content-Type": "application/json"}
        answer = await self._send("POST", self.house.url("stripe-sim", "/sim/chaos"), headers, body)
        assert answer.status == 200, answer

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | aiohttp.FormData | None = None
    ) -> Answer:
        async with self._http.request(method, url, headers=headers, data=data) as response:
            return Answer(response.status, response.content_type, await response.json(content_type=None))
