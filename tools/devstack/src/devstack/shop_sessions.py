"""Who a browser is to the demonstration shop: `POST /shop/session` gives it a customer of its own, and a token for it.

A real shop would ask for a name and a password first; this one takes every browser for a buyer who is signed in.
"""

import hmac
import json
import secrets
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devstack.shop_calls import NEVER_KEPT, Reply, ShopCalls

COOKIE: Final = "shop_buyer"
A_YEAR: Final = 365 * 24 * 3600
LONGEST: Final = 300


class Sessions:
    """Makes a customer once per browser. Nothing is kept here: the cookie names the customer, signed by us."""

    def __init__(self, calls: ShopCalls, secret_key: str) -> None:
        self._calls = calls
        self._signing = hmac.digest(secret_key.encode(), b"tillstream.shop-session.v1", "sha256")

    async def begin(self, request: Request) -> Response:
        """`{customer_id, token, expires_at}` for this browser."""
        known = self.customer_in(request.cookies.get(COOKIE, ""))
        if known:
            granted = await self._token(known)
            if granted.status != 404:  # Stripe's stand-in forgets everybody when it ends
                return self._welcome(known, granted)
        made = await self._calls.ask("/v1/customers", key=secrets.token_hex(16))
        if made.status != 201:
            return made.response()
        customer = str(json.loads(made.body)["customer_id"])
        return self._welcome(customer, await self._token(customer))

    def customer_in(self, cookie: str) -> str | None:
        """The customer that a cookie of ours names, None if it is not ours."""
        customer, _, signature = cookie[:LONGEST].partition(".")
        genuine = hmac.compare_digest(signature.encode(), self._signature(customer).encode())
        return customer if genuine else None

    async def _token(self, customer: str) -> Reply:
        return await self._calls.ask(f"/v1/customers/{customer}/tokens", key=secrets.token_hex(16))

    def _welcome(self, customer: str, granted: Reply) -> Response:
        if granted.status != 201:
            return granted.response()
        response = JSONResponse({"customer_id": customer, **json.loads(granted.body)}, headers=NEVER_KEPT)
        signed = f"{customer}.{self._signature(customer)}"
        response.set_cookie(COOKIE, signed, max_age=A_YEAR, path="/shop", httponly=True, samesite="strict")
        return response

    def _signature(self, customer: str) -> str:
        return hmac.new(self._signing, customer.encode(), sha256).hexdigest()
