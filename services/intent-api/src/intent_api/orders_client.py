"""What order-service knows: which payments an order has, and which Stripe subscription a subscription is."""

from datetime import timedelta
from typing import Annotated, Final, TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tillstream_operations import Problem

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
StripeId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,255}$")]
log = structlog.get_logger(__name__)


class Known(BaseModel):
    """As much of an answer as is needed here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class KnownPayment(Known):
    """One PaymentIntent of an order; how it stands is for Stripe to say."""

    payment_intent_id: StripeId
    captured: int = 0


class KnownSession(Known):
    """One Checkout Session of an order."""

    checkout_session_id: StripeId


class KnownOrder(Known):
    """An order with what Stripe made for it, the oldest first."""

    order_id: str
    merchant_id: str
    reference: str | None = None
    customer_id: str | None = None
    currency: str
    amount: int
    payments: list[KnownPayment] = []
    checkout_sessions: list[KnownSession] = []


class KnownSubscription(Known):
    """A subscription by our id and by Stripe's."""

    subscription_id: str
    stripe_subscription_id: StripeId | None = None
    stripe_customer_id: str | None = None
    status: str


K = TypeVar("K", bound=Known)


class _NoAnswer(Exception):
    """order-service gave nothing that can be used."""


class OrderReads:
    """Asks order-service with the merchant's secret key, within a limit of time and of connections."""

    def __init__(self, url: str, secret_key: str, *, timeout: timedelta, connections: int) -> None:
        self._url, self._secret_key = url.rstrip("/"), secret_key
        self._timeout, self._connections = timeout.total_seconds(), connections

    async def open(self) -> None:
        """Make the session. Does not call order-service."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            headers={"Authorization": f"Bearer {self._secret_key}"},
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def order(self, order_id: str) -> KnownOrder:
        """The order. Raises Problem: 404 `order_not_found`, 503 `orders_unavailable`."""
        return await self._ask(f"/v1/orders/{quote(order_id, safe='')}", KnownOrder, self.no_order(order_id))

    async def subscription(self, subscription_id: str) -> KnownSubscription:
        """The subscription. Raises Problem: 404 `subscription_not_found`, 503 `orders_unavailable`."""
        path = f"/v1/subscriptions/{quote(subscription_id, safe='')}"
        return await self._ask(path, KnownSubscription, self.no_subscription(subscription_id))

    @staticmethod
    def no_order(order_id: str) -> Problem:
        """404, the same for an order that is another's."""
        detail = f"There is no order {order_id} yet. If it was placed a moment ago, try again in a second."
        return Problem(404, "order_not_found", detail)

    @staticmethod
    def no_subscription(subscription_id: str) -> Problem:
        """404, the same for a subscription that is another's."""
        detail = f"There is no subscription {subscription_id} yet. If it was just made, try again in a second."
        return Problem(404, "subscription_not_found", detail)

    async def _ask(self, path: str, kind: type[K], not_found: Problem) -> K:
        try:
            body = await self._get(path)
            if body is None:
                raise not_found
            return kind.model_validate_json(body)
        except (_NoAnswer, aiohttp.ClientError, TimeoutError, ValidationError) as error:
            log.warning("orders_unavailable", path=path, because=type(error).__name__)
            detail = "Orders cannot be read at the moment, so nothing was done. Retry with the same Idempotency-Key."
            raise Problem(503, "orders_unavailable", detail, headers={"Retry-After": "2"}) from error

    async def _get(self, path: str) -> bytes | None:
        """The answer's body, None if there is no such thing."""
        async with self._session.get(self._url + path, allow_redirects=False) as answer:
            if answer.status == 404:
                return None
            if answer.status != 200:
                raise _NoAnswer(f"answered {answer.status}")
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise _NoAnswer("the answer is too long")
            return bytes(body)


async def order_reads(request: Request) -> OrderReads:
    """The app's way to ask order-service."""
    reads: OrderReads = request.app.state.order_reads
    return reads
