"""intent-api as its callers know it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from tillstream_contracts.customer_tokens import CustomerGrant, sign

SECRET_KEY = "sk_test_merchant_0123456789"
PUBLISHABLE_KEY = "pk_test_merchant_0123456789"
TOKEN_SECRET = "a token secret that is long enough, for tests only"


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and the JSON body."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass
class Api:
    """The service as its callers know it."""

    url: str
    session: aiohttp.ClientSession
    secret_key: str = SECRET_KEY
    token_secret: str = TOKEN_SECRET

    def as_browser(self, key: str, bearer: str = PUBLISHABLE_KEY) -> dict[str, str]:
        """The headers of a well-formed POST."""
        return {"Authorization": f"Bearer {bearer}", "Content_Type": "application/json", "Idempotency_Key": key}

    async def send(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        """One request with exactly these headers (underscores stand for dashes)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.url + path, data=data, headers=named) as response:
            text = await response.text()
            return Answer(response.status, response.headers, json.loads(text) if text[:1] == "{" else {"text": text})

    def customer_token(self, customer_id: str, *, merchant_id: str = "default", lifetime: int = 60) -> str:
        """What the service would sign for this customer."""
        ends = datetime.now(UTC) + timedelta(seconds=lifetime)
        return sign(CustomerGrant(merchant_id, customer_id, ends), self.token_secret)

    async def get(self, path: str, *, bearer: str = SECRET_KEY) -> Answer:
        """A question."""
        return await self.send("GET", path, Authorization=f"Bearer {bearer}")

    async def delete(self, path: str, *, bearer: str = SECRET_KEY) -> Answer:
        """A wish that something be gone."""
        return await self.send("DELETE", path, Authorization=f"Bearer {bearer}")

    async def post(self, path: str, body: Any, *, key: str = "a-key", bearer: str = PUBLISHABLE_KEY) -> Answer:
        """A well-formed POST."""
        return await self.send("POST", path, json.dumps(body).encode(), **self.as_browser(key, bearer))
