"""How the shop's own server speaks to Tillstream: with the secret key, within limits of time and connections."""

from dataclasses import dataclass
from typing import Final

import aiohttp
from starlette.responses import Response

TIMEOUT_SECONDS: Final = 12
CONNECTIONS: Final = 20
PASSED_ON: Final = ("content-type", "retry-after")
NEVER_KEPT: Final = {"cache-control": "no-store"}
UNREACHABLE: Final = (
    b'{"status":503,"code":"unreachable","detail":"The shop cannot reach its payment service. Try again in a moment."}'
)


@dataclass(frozen=True)
class Reply:
    """What a service answered, as it is."""

    status: int
    body: bytes
    headers: dict[str, str]

    def response(self) -> Response:
        """The same, for the browser."""
        return Response(self.body, self.status, {**self.headers, **NEVER_KEPT})


class ShopCalls:
    """Asks intent-api and order-service on behalf of the shop."""

    def __init__(self, secret_key: str, *, intent_api: str, order_service: str) -> None:
        self._secret_key, self._intent_api, self._order_service = secret_key, intent_api, order_service

    async def open(self) -> None:
        """Make the session. Calls nobody yet."""
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            headers={"Authorization": f"Bearer {self._secret_key}"},
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()

    async def ask(self, path: str, *, key: str, body: bytes = b"{}") -> Reply:
        """Post JSON to intent-api; the same key is the same effect."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return await self._send("POST", self._intent_api + path, headers, body)

    async def look(self, path: str) -> Reply:
        """Read from order-service."""
        return await self._send("GET", self._order_service + path, {}, None)

    async def _send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
        try:
            async with self._http.request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
                kept = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
                return Reply(answer.status, await answer.read(), kept)
        except (aiohttp.ClientError, TimeoutError):
            return Reply(503, UNREACHABLE, {"content-type": "application/problem+json", "retry-after": "1"})
