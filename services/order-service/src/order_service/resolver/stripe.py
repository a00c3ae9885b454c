"""Asking Stripe for an object: within the budget, again and again while that may help, and never for long."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import orjson
import stripe
import structlog

from order_service.resolver.events import Answer, Object
from order_service.resolver.metrics import ResolverMetrics
from order_service.resolver.rate import Budget
from order_service.resolver.settings import ResolverSettings

API_VERSION: Final = "2026-10-28.endive"
"""Stripe's API as intent-api speaks it, too."""
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 15.0
MOST_ROUNDS: Final = 3
"""So often one object may fail all the time while others are answered; then it is the object, and not Stripe."""
MOST_STRUCK: Final = 1_000
MAX_BODY_BYTES: Final = 900_000
"""What fits, with the event around it, into Kafka's `message.max.bytes`."""
REFUSALS: Final = (400, 403, 404)
"""Stripe's answers that stay the same however often it is asked. A key that it does not know (401) can be mended."""

log = structlog.get_logger(__name__)


class NotNow(Exception):
    """Stripe gave no answer in all that time: let Kafka bring the event again, a little later."""


class Refused(Exception):
    """Stripe does not give the object, and will not: park the event. Prints why, without Stripe's own words."""


class Stripe:
    """The `stripe` library behind a budget of calls."""

    def __init__(self, settings: ResolverSettings, metrics: ResolverMetrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._budget, self._calls = Budget(settings.rate), asyncio.Semaphore(settings.calls)
        self._answers = 0
        self._struck: dict[Object, int] = {}
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

    async def fetch(self, wanted: Object, *, cause: str, by: float) -> Answer:
        """The object as it is now, because of the event `cause`. Raises Refused, or NotNow once the clock says `by`."""
        async with self._calls:
            pause, answers = FIRST_PAUSE, self._answers
            while time.monotonic() + pause < by:
                await asyncio.sleep(self._budget.reserve())
                try:
                    return self._given(await self._once(wanted, cause), wanted)
                except stripe.StripeError as error:
                    problem = self._for_now(error)
                except (aiohttp.ClientError, TimeoutError) as error:  # in the body: the library lets it through
                    problem = type(error).__name__
                self._note(problem)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  # jitter
                pause = min(pause * 2, LONGEST_PAUSE)
        if pause > FIRST_PAUSE and self._answers > answers:
            self._strike(wanted)
        raise NotNow

    async def _once(self, wanted: Object, cause: str) -> Any:
        with self._metrics.calls.time():
            return await self._client.raw_request_async(
                "get",
                wanted.path,
                stripe_context=wanted.context,
                headers={"Stripe-Request-Trigger": f"event={cause}"},  # as the library's own fetch_related_object says
            )

    def _given(self, answer: Any, wanted: Object) -> Answer:
        self._answers += 1
        self.trouble = None
        self._struck.pop(wanted, None)
        return _checked(answer, wanted)

    def _for_now(self, error: stripe.StripeError) -> str:
        """What to tell of an error that may pass. Raises Refused where asking again is no use."""
        if error.http_status in REFUSALS:
            self._answers += 1
            self.trouble = None
            self._metrics.refused.labels(str(error.http_status)).inc()
            raise Refused(f"Stripe does not give its object: {_words(error)}.") from None
        return _words(error)

    def _strike(self, wanted: Object) -> None:
        """Others were answered meanwhile. Raises Refused once that has been so for several rounds."""
        rounds = self._struck.pop(wanted, 0) + 1
        if rounds >= MOST_ROUNDS:
            raise Refused("Stripe answers, but never for its object.")
        if len(self._struck) < MOST_STRUCK:
            self._struck[wanted] = rounds

    def _note(self, problem: str) -> None:
        """The first of several failures in a row stands in the log, all of them in the metrics."""
        self._metrics.retries.labels(problem).inc()
        if self.trouble is None:
            log.warning("stripe_does_not_answer", because=problem)
        self.trouble = problem


def _words(error: stripe.StripeError) -> str:
    """What may be told of an error: never Stripe's message, it may quote a buyer."""
    return f"{type(error).__name__} {error.http_status}" if error.http_status else type(error).__name__


def _checked(answer: Any, wanted: Object) -> Answer:
    body = answer.body.encode()
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:  # stricter than the library
        content = None
    if not isinstance(content, dict) or content.get("id") != wanted.id:
        raise Refused("Stripe gave something else than its object.")
    if len(body) > MAX_BODY_BYTES:
        raise Refused(f"Its object has {len(body)} bytes, more than fit into a record.")
    return Answer(body, content, answer.headers.get("stripe-version") or API_VERSION)
