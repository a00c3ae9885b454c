"""Asking Stripe: within the budget, again and again while that may help, and never for long."""

import asyncio
import logging
import math
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import stripe
import structlog

from order_service.stripe_calls.budget import Budget
from order_service.stripe_calls.metrics import CallMetrics
from order_service.stripe_calls.settings import CallSettings

API_VERSION: Final = "2026-10-28.endive"
"""Stripe's API as intent-api speaks it, too."""
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 15.0
LONGEST_RETRY_AFTER: Final = 60.0
MAX_BODY_BYTES: Final = 900_000
"""What fits, with the event around it, into Kafka's `message.max.bytes`."""
REFUSALS: Final = (400, 403, 404)
"""Stripe's answers that stay the same however often it is asked. A key that it does not know (401) can be mended."""
TOO_MANY: Final = 429

log = structlog.get_logger(__name__)


class NotNow(Exception):
    """Stripe gave no answer in all that time: ask again a little later."""

    def __init__(self, *, was_asked: bool) -> None:
        super().__init__("Stripe gave no answer." if was_asked else "There was no time to ask Stripe.")
        self.was_asked = was_asked


class Refused(Exception):
    """Stripe does not give it, and will not. Prints why, without Stripe's own words."""


class StripeCalls:
    """The `stripe` library behind a budget of calls. `trouble` is what ails them now, None if the last was answered."""

    def __init__(self, settings: CallSettings, metrics: CallMetrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._budget, self._calls = Budget(settings.rate), asyncio.Semaphore(settings.calls)
        self._held_until = -math.inf
        self.answers = 0
        self.trouble: str | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Make the client, and close its connections at the end. Does not call Stripe."""
        logging.getLogger("stripe").setLevel(logging.WARNING)  # it logs Stripe's messages, which may quote a buyer
        seconds, base = self._settings.stripe_timeout.total_seconds(), self._settings.stripe_api_base
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._settings.calls), timeout=timeout
        ) as session:
            self._client = stripe.StripeClient(
                self._settings.stripe_secret_key.get_secret_value(),
                base_addresses={"api": str(base).rstrip("/")} if base else None,
                http_client=stripe.AIOHTTPClient(timeout=seconds, session=session),
                max_network_retries=0,  # retrying is done here, within the budget
                stripe_version=API_VERSION,
            )
            yield

    async def get(self, path: str, *, by: float, **options: Any) -> Any:
        """Stripe's answer. Raises Refused, or NotNow once the clock says `by`. `options` are the library's."""
        async with self._calls:
            pause = FIRST_PAUSE
            while (now := time.monotonic()) + pause < by and self._held_until < by:
                await asyncio.sleep(max(self._budget.reserve(), self._held_until - now))
                try:
                    return await self._once(path, options)
                except stripe.StripeError as error:
                    problem = self._for_now(error)
                except (aiohttp.ClientError, TimeoutError) as error:  # in the body: the library lets it through
                    problem = type(error).__name__
                self._note(problem)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  # jitter
                pause = min(pause * 2, LONGEST_PAUSE)
        raise NotNow(was_asked=pause > FIRST_PAUSE)

    async def _once(self, path: str, options: Mapping[str, Any]) -> Any:
        with self._metrics.seconds.time():
            answer = await self._client.raw_request_async("get", path, **options)
        self._answered("answered")
        return answer

    def _answered(self, outcome: str) -> None:
        self.answers += 1
        self.trouble = None
        self._metrics.outcomes.labels(outcome).inc()

    def _for_now(self, error: stripe.StripeError) -> str:
        """What to tell of an error that may pass. Raises Refused where asking again is no use."""
        if error.http_status in REFUSALS:
            self._answered("refused")
            self._metrics.refused.labels(str(error.http_status)).inc()
            raise Refused(f"Stripe does not give its object: {_words(error)}.") from None
        if error.http_status == TOO_MANY:
            self._held_until = time.monotonic() + retry_after(error.headers)
        return _words(error)

    def _note(self, problem: str) -> None:
        """The first of several failures in a row stands in the log, all of them in the metrics."""
        limited = time.monotonic() < self._held_until
        self._metrics.outcomes.labels("rate_limited" if limited else "failed").inc()
        self._metrics.retries.labels(problem).inc()
        if self.trouble is None:
            log.warning("stripe_does_not_answer", because=problem)
        self.trouble = problem


def retry_after(headers: Mapping[str, str] | None) -> float:
    """The seconds for which Stripe wants no calls at all: a second where it does not say, and never for long."""
    told = {name.lower(): value for name, value in (headers or {}).items()}.get("retry-after", "")
    return min(float(told), LONGEST_RETRY_AFTER) if told.isdecimal() else 1.0


def _words(error: stripe.StripeError) -> str:
    """What may be told of an error: never Stripe's message, it may quote a buyer."""
    return f"{type(error).__name__} {error.http_status}" if error.http_status else type(error).__name__
