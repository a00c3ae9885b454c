"""Calls to Stripe: with a limit on each, repeated under the same idempotency key while that may help."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar

import aiohttp
import stripe
import structlog
from fastapi import Request

from intent_api.metrics import Metrics
from intent_api.stripe_errors import Trouble, is_kept, may_help_to_retry, problem_for, trouble_of
from tillstream_operations import Problem

API_VERSION: Final = "2026-10-28.endive"
"""Stripe's API as this code knows it, whatever the account's default is."""
MAX_TRIES: Final = 3
MAX_TRIES_IN_PROGRESS: Final = 20
"""Asking again about a request that is still being answered costs Stripe little: it ends with that answer."""
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
PAGE: Final = 100
MOST_LISTED: Final = 1000

Answer = TypeVar("Answer")
Listed = TypeVar("Listed", bound=stripe.StripeObject)
log = structlog.get_logger(__name__)


def pauses(rng: random.Random) -> Iterator[float]:
    """Seconds between tries: doubling, and each at random between half and full, so that callers spread."""
    full = FIRST_PAUSE
    while True:
        yield full * rng.uniform(0.5, 1)
        full = min(full * 2, LONGEST_PAUSE)


class CutOff(stripe.StripeError):
    """Stripe's answer broke off or is no text: its outcome is unknown, ask again under the same key."""


class StripeCalls:
    """The `stripe` library, opened and closed with the app."""

    def __init__(
        self,
        key: str,
        *,
        api_base: str | None,
        timeout: timedelta,
        patience: timedelta,
        connections: int,
        metrics: Metrics,
    ) -> None:
        self._key, self._api_base, self._connections = key, api_base, connections
        self._timeout, self._patience = timeout.total_seconds(), patience.total_seconds()
        self._metrics = metrics
        self._rng = random.Random()  # noqa: S311 - spreads retries, keeps no secret

    async def open(self) -> None:
        """Make the client. Does not call Stripe."""
        logging.getLogger("stripe").setLevel(logging.WARNING)  # it logs Stripe's messages, which may quote a buyer
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
        )
        self.client = stripe.StripeClient(
            self._key,
            base_addresses={"api": self._api_base} if self._api_base else None,
            http_client=stripe.AIOHTTPClient(timeout=self._timeout, session=self._session),
            max_network_retries=0,  # retrying is done here, in one place
            stripe_version=API_VERSION,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def read(self, effect: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """Stripe's answer to a question, which changes nothing. Raises Problem if it refuses or none came in time."""
        return await self.ask(effect, "", lambda _: call())

    async def find(self, effect: str, call: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """As `read`, but None if Stripe knows nothing by that id."""

        async def found() -> Answer | None:
            try:
                return await call()
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
                return None

        return await self.read(effect, found)

    async def every(
        self, effect: str, page: Callable[[Any], Awaitable[stripe.ListObject[Listed]]], **wanted: Any
    ) -> list[Listed]:
        """All that Stripe lists, the newest first, up to `MOST_LISTED`. Raises Problem as `read` does."""
        found: list[Listed] = []
        asked = {**wanted, "limit": PAGE}
        while len(found) < MOST_LISTED:
            listed = await self.read(effect, partial(page, {**asked}))
            found += listed.data
            if not listed.has_more:
                break
            asked["starting_after"] = found[-1]["id"]
        return found

    async def ask(
        self,
        effect: str,
        key: str,
        call: Callable[[str], Awaitable[Answer]],
        *,
        made: Callable[[], Awaitable[Answer | None]] | None = None,
    ) -> Answer:
        """Stripe's answer to `call` under this idempotency key. Raises Problem if it refuses or none came in time.

        Where a failure that Stripe keeps may hide something that must not be done twice, `made` looks for it.
        """
        last: stripe.StripeError = CutOff("no answer in time")
        kept_failures = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                for tries, pause in enumerate(pauses(self._rng), start=1):
                    try:
                        return await self._once(effect, call(_after(key, kept_failures)))
                    except stripe.StripeError as error:
                        last = error
                    if _is_final(last, tries):
                        break
                    if is_kept(last):
                        kept_failures += 1
                        if made and (found := await made()):
                            return found
                    await asyncio.sleep(pause)
        raise self._given_up(effect, last) from last

    async def _once(self, effect: str, call: Awaitable[Answer]) -> Answer:
        try:
            with self._metrics.stripe_seconds.labels(effect).time():
                return await call
        except stripe.StripeError as error:
            self._metrics.stripe_errors.labels(effect, trouble_of(error)).inc()
            raise
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:  # in the body: the library lets it through
            self._metrics.stripe_errors.labels(effect, Trouble.UNKNOWN_OUTCOME).inc()
            raise CutOff(str(error)) from error

    def _given_up(self, effect: str, error: stripe.StripeError) -> Problem:
        """The problem, after the log has what an operator needs; never Stripe's message, it may quote a buyer."""
        log.warning(
            "stripe_call_failed",
            effect=effect,
            trouble=trouble_of(error),
            stripe_status=error.http_status,
            stripe_code=error.error.code if error.error else None,
            stripe_param=getattr(error, "param", None),
            stripe_request_id=error.request_id,
        )
        return problem_for(error)


async def stripe_calls(request: Request) -> StripeCalls:
    """The app's way to ask Stripe."""
    calls: StripeCalls = request.app.state.stripe
    return calls


def _after(key: str, kept_failures: int) -> str:
    """The key to use when Stripe keeps a failure under the ones before it, the same for every caller.

    What may have been made under those is harmless (nobody was given its client secret or page) or was looked for.
    """
    return f"{key}.{kept_failures + 1}" if kept_failures else key


def _is_final(error: stripe.StripeError, tries: int) -> bool:
    limit = MAX_TRIES_IN_PROGRESS if trouble_of(error) is Trouble.IN_PROGRESS else MAX_TRIES
    return tries >= limit or not may_help_to_retry(error)
