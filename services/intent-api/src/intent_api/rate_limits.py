"""Rate limits: for each key, and for each address that calls without the secret one.

Headers: draft-ietf-httpapi-ratelimit-headers-10, `RateLimit-Policy` and `RateLimit`.
"""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intent_api.buckets import Buckets, Taken
from intent_api.keys import Caller
from intent_api.metrics import Metrics
from tillstream_operations import Problem, client_address

FREE: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""An operator's own questions are never refused."""


class RateLimits:
    """ASGI middleware that answers 429 to whoever asks too often, and tells everybody how much is left."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Buckets,
        addresses: Buckets,
        caller: Callable[[str], Caller | None],
        trusted_proxies: int,
        metrics: Metrics,
    ) -> None:
        self.app, self._keys, self._addresses = app, keys, addresses
        self._caller, self._trusted_proxies, self._metrics = caller, trusted_proxies, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE:
            await self.app(scope, receive, send)
            return
        taken = self._taken(scope)
        told = {
            "RateLimit-Policy": ", ".join(each.policy for each in taken),
            "RateLimit": ", ".join(f'"{each.name}";r={each.left};t={each.full_in}' for each in taken),
        }

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        if refused := [each for each in taken if not each.allowed]:
            self._metrics.rate_limited.labels(refused[0].name).inc()
            await _too_many(refused).response()(scope, receive, send_with_limits)
        else:
            await self.app(scope, receive, send_with_limits)

    def _taken(self, scope: Scope) -> list[Taken]:
        """One token for each limit that counts for this request, the address's first."""
        headers = Headers(scope=scope)
        caller = self._known(headers.get("authorization", ""))
        address = client_address(
            (scope.get("client") or ("",))[0], headers.getlist("x-forwarded-for"), self._trusted_proxies
        )
        if caller is None:
            return [self._addresses.take(address)]
        if caller.is_server:
            return [self._keys.take("server")]
        by_address = self._addresses.take(address)
        if not by_address.allowed:
            return [by_address]  # one who is refused takes nothing from all others who hold the same key
        return [by_address, self._keys.take(caller.customer_id or "browsers")]

    def _known(self, authorization: str) -> Caller | None:
        scheme, _, key = authorization.partition(" ")
        try:
            return self._caller(key.strip()) if scheme.lower() == "bearer" else None
        except Problem:  # a token that ended: the route says so
            return None


def _too_many(refused: Sequence[Taken]) -> Problem:
    seconds = max(each.next_in for each in refused)
    whose = "with this key" if refused[0].name == "key" else "from this address"
    detail = f"Too many requests {whose}. Wait {seconds} seconds, then retry with the same Idempotency-Key."
    return Problem(429, "rate_limited", detail, headers={"Retry-After": str(seconds)})
