"""An order-service that knows what a test says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from calling import SECRET_KEY


@dataclass
class ScriptedOrders:
    """An order-service that knows what a test says."""

    url: str = ""
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The answer to each path."""
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def has(self, order_id: str, *payments: str, sessions: Iterable[str] = (), **facts: Any) -> str:
        """Know this order with these payments; gives its id back."""
        self.known[f"/v1/orders/{order_id}"] = {
            "order_id": order_id,
            "merchant_id": "default",
            "currency": "usd",
            "amount": 2000,
            "payments": [{"payment_intent_id": payment} for payment in payments],
            "checkout_sessions": [{"checkout_session_id": session} for session in sessions],
            **facts,
        }
        return order_id

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one question, to whoever holds the secret key."""
        self.asked.append(request.path)
        if request.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
            return web.json_response({"code": "key_required"}, status=401)
        if self.fails or request.path not in self.known:
            return web.json_response({"code": "no"}, status=503 if self.fails else 404)
        return web.json_response(self.known[request.path])
