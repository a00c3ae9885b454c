"""What goes on while instances come and go: webhooks, purchases, reads and streams, and how each of them ended."""

import asyncio
import hmac
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import aiohttp
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from balancer import Balancer, NobodyReady
from cluster import PUBLISHABLE_KEY, SECRET_KEY, TOKEN_SECRET, WEBHOOK_SECRET
from tillstream_contracts.stream_tokens import Grant, sign

SEND_ELSEWHERE = (1001, 1012)
RETRY_SECONDS = 0.2


@dataclass
class Outcomes:
    """How many of each kind went well, and what became of the others."""

    well: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    closes: Counter[int] = field(default_factory=Counter)


class Load:
    """Callers that keep their connections, each sending its next request when the last one is answered."""

    def __init__(
        self, balancers: Mapping[str, Balancer], session: aiohttp.ClientSession, watched: Sequence[str]
    ) -> None:
        self._balancers, self._session, self._watched = balancers, session, watched
        self._numbers = count()
        self.outcomes = Outcomes()
        self.seen: dict[int, str] = {}
        """The last status that each stream's client has heard."""

    @asynccontextmanager
    async def going_on(self, *, streams: int) -> AsyncIterator[None]:
        """All of it at once, inside the block."""
        callers = [self._post, self._post, self._post, self._buy, self._buy, self._read, self._read]
        tasks = [asyncio.create_task(caller()) for caller in callers]
        tasks += [asyncio.create_task(self._watch(number)) for number in range(streams)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends

    async def tell(self, order_id: str, happened: str, at: int) -> None:
        """Post one event of a payment, as Stripe would."""
        intent = {
            "id": f"pi_{order_id}",
            "object": "payment_intent",
            "amount": 1999,
            "amount_received": 1999 if happened == "succeeded" else 0,
            "currency": "usd",
            "customer": None,
            "last_payment_error": None,
            "metadata": {"order_id": order_id},
            "payment_method": "pm_1",
        }
        event = {
            "id": f"evt_{order_id}_{happened}",
            "object": "event",
            "type": f"payment_intent.{happened}",
            "created": int(time.time()) + at,
            "livemode": False,
            "data": {"object": intent},
        }
        body = json.dumps(event).encode()
        digest = hmac.new(WEBHOOK_SECRET.encode(), b"%d.%b" % (now := int(time.time()), body), "sha256").hexdigest()
        headers = {"Stripe-Signature": f"t={now},v1={digest}"}
        await self._ask("webhook_ingest", "POST", "/webhooks/stripe", data=body, headers=headers)

    async def _post(self) -> None:
        while True:
            await self.tell(f"ord_load_{next(self._numbers)}", "succeeded", 0)

    async def _buy(self) -> None:
        while True:
            headers = {"Authorization": f"Bearer {PUBLISHABLE_KEY}", "Idempotency-Key": f"load-{next(self._numbers)}"}
            cart = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
            await self._ask("intent_api", "POST", "/v1/payment-intents", json=cart, headers=headers)

    async def _read(self) -> None:
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        while True:
            await self._ask("order_service", "GET", f"/v1/orders/{self._watched[0]}", headers=headers)

    async def _ask(self, service: str, method: str, path: str, **sent: Any) -> None:
        try:
            instance = self._balancers[service].choose()
            async with self._session.request(method, instance.url + path, **sent) as answer:
                text = await answer.text()
        except (NobodyReady, aiohttp.ClientError, TimeoutError, OSError) as error:
            self.outcomes.failed.append(f"{service}: {error!r}")
        else:
            if answer.status == 200:
                self.outcomes.well[service] += 1
            else:
                self.outcomes.failed.append(f"{service}: {answer.status} {text[:200]}")

    async def _watch(self, number: int) -> None:
        order_id = self._watched[number % len(self._watched)]
        while True:
            try:
                url = self._balancers["notifier"].choose().url.replace("http", "ws") + "/v1/stream"
                async with connect(url, open_timeout=10) as socket:
                    token = sign(Grant("default", order_id, datetime.now(UTC) + timedelta(minutes=10)), TOKEN_SECRET)
                    await socket.send(json.dumps({"type": "subscribe", "token": token}))
                    self.outcomes.well["notifier"] += 1
                    while True:
                        frame = json.loads(await socket.recv())
                        if "status" in frame:
                            self.seen[number] = frame["status"]
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                self.outcomes.closes[code] += 1
                if code not in SEND_ELSEWHERE:
                    self.outcomes.failed.append(f"notifier: closed with {code}")
            except (NobodyReady, OSError, TimeoutError, WebSocketException) as error:
                self.outcomes.failed.append(f"notifier: {error!r}")
            await asyncio.sleep(RETRY_SECONDS)
