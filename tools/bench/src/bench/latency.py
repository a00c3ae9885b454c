"""Webhook POST → WebSocket message, at a fixed arrival rate.

Open loop: purchase number n is due at n / rate, whatever became of the ones before, and its time runs from when it
was due. A stall is therefore counted for everybody who would have waited in it.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import orjson
from websockets.asyncio.client import ClientConnection, connect

from bench import webhooks
from bench.settings import Settings
from tillstream_contracts.stream_tokens import Grant, sign

LEAD = 0.5
"""Seconds before its webhook at which a buyer's browser begins to watch."""
PATIENCE = 10.0
"""Seconds after which a purchase counts as failed."""


@dataclass(frozen=True)
class Measured:
    """A run's outcome: one latency in seconds for each purchase that was seen paid, and why the others were not."""

    due: int
    latencies: list[float]
    failures: list[str]


async def measure(settings: Settings, *, rate: int, seconds: int) -> Measured:
    """Buy `rate` times a second for so many seconds; then ask order-service whether each order is really paid."""
    run = f"bench_{secrets.token_hex(4)}"
    due = rate * seconds
    start = time.perf_counter() + LEAD + 0.2
    async with aiohttp.ClientSession() as http:
        buyer = Buyer(settings, http)
        purchases = [buyer.purchase(f"{run}_{number}", start + number / rate) for number in range(due)]
        outcomes = await asyncio.gather(*purchases)
        unpaid = [number for number in range(due) if not await buyer.is_paid(f"{run}_{number}")]
    return Measured(
        due,
        [outcome for outcome in outcomes if isinstance(outcome, float)],
        [
            *(outcome for outcome in outcomes if isinstance(outcome, str)),
            *("order-service does not know it as paid" for _ in unpaid),
        ],
    )


class Buyer:
    """Plays Stripe and the browser for one order at a time."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self.settings = settings
        self.http = http

    async def purchase(self, order_id: str, due: float) -> float | str:
        """Seconds from when the webhook was due until the browser heard `paid`, or what went wrong."""
        await asyncio.sleep(max(0.0, due - LEAD - time.perf_counter()))
        try:
            async with asyncio.timeout(LEAD + PATIENCE):
                async with connect(self.settings.stream_url, compression=None) as browser:
                    return await self._buy(browser, order_id, due) - due
        except Exception as error:  # noqa: BLE001 - one purchase's failure is a result, not the end of the run
            return repr(error)

    async def _buy(self, browser: ClientConnection, order_id: str, due: float) -> float:
        await browser.send(orjson.dumps({"type": "subscribe", "token": self._token(order_id)}), text=True)
        await _frame(browser, "snapshot")
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        post = asyncio.create_task(self._post(order_id))
        await _frame(browser, "status")
        heard = time.perf_counter()
        await post
        return heard

    async def _post(self, order_id: str) -> None:
        now = time.time()
        body = webhooks.paid(order_id, now)
        signed = webhooks.signature(body, self.settings.webhook_secret.get_secret_value(), now)
        headers = {"stripe-signature": signed, "content-type": "application/json"}
        async with self.http.post(self.settings.webhook_url, data=body, headers=headers) as answer:
            answer.raise_for_status()

    async def is_paid(self, order_id: str) -> bool:
        """What order-service says, whatever the browser heard."""
        headers = {"authorization": f"Bearer {self.settings.api_key.get_secret_value()}"}
        async with self.http.get(f"{self.settings.orders_url}/{order_id}", headers=headers) as answer:
            return bool((await answer.json()).get("status") == "paid")

    def _token(self, order_id: str) -> str:
        grant = Grant(self.settings.merchant_id, order_id, datetime.now(UTC) + timedelta(minutes=5))
        return sign(grant, self.settings.token_secret.get_secret_value())


async def _frame(browser: ClientConnection, expected: str) -> None:
    while True:
        frame = orjson.loads(await browser.recv())
        if frame["type"] == expected:
            return
        if frame["type"] == "error":
            raise RuntimeError(f"notifier refused: {frame['code']}")
