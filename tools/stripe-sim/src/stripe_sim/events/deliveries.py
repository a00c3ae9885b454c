"""Taking events to webhook endpoints: signed, retried with growing waits, never more than so many at once."""

import asyncio
import logging
import random
from collections import deque
from dataclasses import dataclass
from functools import partial

import aiohttp

from stripe_sim.account import Account
from stripe_sim.controls import chaos
from stripe_sim.events import subscribers
from stripe_sim.events.signatures import signature
from stripe_sim.events.subscribers import Subscriber
from stripe_sim.events.thin_events import notification, thin
from stripe_sim.http.rendering import rendered
from stripe_sim.metrics import Metrics
from stripe_sim.objects import Object
from stripe_sim.timers import LoopTimers

LOG_KEPT = 2000
USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Delivery:
    """One event on its way to one endpoint."""

    home: Account
    """Whose event it is."""
    event: Object
    body: bytes
    to: Subscriber
    attempts: int = 0


class Deliveries:
    """The queue of deliveries and the tasks that work it off."""

    def __init__(self, account: Account, knobs: chaos.Chaos, chance: random.Random, metrics: Metrics) -> None:
        self.knobs = knobs
        self._metrics = metrics
        metrics.waiting.set_function(lambda: len(self._unfinished))
        self.log: deque[Object] = deque(maxlen=LOG_KEPT)
        self.noted = 0
        """How many lines the log ever had."""
        self._account, self._settings, self._chance = account, account.settings, chance
        self._queue: asyncio.Queue[_Delivery] = asyncio.Queue()
        self._timers = LoopTimers()
        self._unfinished: set[_Delivery] = set()
        self._first_answers: dict[str, asyncio.Event] = {}

    def tell(self, account: Account, event: Object) -> None:
        """Begin to deliver the event to all who want it, as well as chaos allows."""
        listening = subscribers.of(account, event["type"])
        if not listening:
            return
        waits = chaos.deliveries(self.knobs, event["type"], self._chance)
        if not waits:
            self._note(event, "dropped_by_chaos")
        for one in listening:
            body = rendered(notification(thin(event)) if one.thin else event)
            for wait in waits:
                self._accept(_Delivery(account, event, body, one), wait)

    def _accept(self, delivery: _Delivery, wait: float) -> None:
        if len(self._unfinished) >= self._settings.webhook_queue:
            self._note(delivery.event, "lost_queue_full", endpoint=delivery.to.id)
            log.warning("webhook_lost event_id=%s reason=queue_full", delivery.event["id"])
            return
        self._unfinished.add(delivery)
        self._first_answers.setdefault(delivery.event["id"], asyncio.Event())
        self._put_after(wait, delivery)

    def _put_after(self, wait: float, delivery: _Delivery) -> None:
        if wait:
            self._timers.after(wait, partial(self._queue.put_nowait, delivery))
        else:
            self._queue.put_nowait(delivery)

    async def first_answer(self, event_id: str, longest: float) -> None:
        """Return once an endpoint has answered the event, for good or bad, or after so many seconds."""
        waiting = self._first_answers.get(event_id)
        if waiting is not None:
            try:
                async with asyncio.timeout(longest):
                    await waiting.wait()
            except TimeoutError:
                log.info("webhook_not_answered event_id=%s", event_id)

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=self._settings.webhook_timeout_seconds)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": USER_AGENT}
        connector = aiohttp.TCPConnector(limit=self._settings.webhook_concurrency)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=headers, connector=connector) as session,
                asyncio.TaskGroup() as workers,
            ):
                for _ in range(self._settings.webhook_concurrency):
                    workers.create_task(self._work(session))
        finally:
            self.clear()

    def clear(self) -> None:
        """Forget what is waiting."""
        self._timers.clear()
        while not self._queue.empty():
            self._queue.get_nowait()
        self._unfinished.clear()
        self._first_answers.clear()
        self.log.clear()

    async def _work(self, session: aiohttp.ClientSession) -> None:
        while True:
            delivery = await self._queue.get()
            endpoint = delivery.to.now()
            if endpoint is None:
                self._finish(delivery)
            else:
                await self._attempt(session, delivery, endpoint)

    async def _attempt(self, session: aiohttp.ClientSession, delivery: _Delivery, endpoint: Object) -> None:
        delivery.attempts += 1
        signed = signature(delivery.body, delivery.to.secrets(), int(self._account.clock()))
        headers = {"Stripe-Signature": signed}
        status, error = await _post(session, subscribers.url_of(endpoint), delivery.body, headers)
        self._answered(delivery, endpoint, status, error)

    def _answered(self, delivery: _Delivery, endpoint: Object, status: int | None, error: str | None) -> None:
        if delivery not in self._unfinished:
            return  # forgotten while it was on its way
        done = status is not None and 200 <= status < 300
        over = not done and delivery.attempts >= self._settings.webhook_attempts
        outcome = "delivered" if done else "given_up" if over else "failed"
        facts = {"endpoint": endpoint["id"], "attempt": delivery.attempts, "status": status, "error": error}
        self._note(delivery.event, outcome, **facts)
        log.info(
            "webhook_%s event_id=%s attempt=%d status=%s", outcome, delivery.event["id"], delivery.attempts, status
        )
        self._let_go(delivery.event["id"])
        if done:
            _count_down(delivery.home, delivery.event["id"])
        if done or over:
            self._finish(delivery)
        else:
            self._put_after(self._backoff(delivery.attempts), delivery)

    def _let_go(self, event_id: str) -> None:
        """Who waits for the first answer waits no more."""
        if waiting := self._first_answers.pop(event_id, None):
            waiting.set()

    def _finish(self, delivery: _Delivery) -> None:
        self._unfinished.discard(delivery)
        self._let_go(delivery.event["id"])

    def _backoff(self, attempts: int) -> float:
        settings = self._settings
        return float(
            min(settings.webhook_retry_seconds * 2 ** min(attempts - 1, 30), settings.webhook_retry_longest_seconds)
        )

    def _note(self, event: Object, outcome: str, **facts: object) -> None:
        self.noted += 1
        self._metrics.deliveries.labels(outcome).inc()
        self.log.append(
            {"event": event["id"], "type": event["type"], "at": self._account.clock(), "outcome": outcome, **facts}
        )


def _count_down(account: Account, event_id: str) -> None:
    """One endpoint fewer has still to hear of it."""
    event = account.store.get("event", event_id)
    if event is not None and event["pending_webhooks"]:
        account.store.put({**event, "pending_webhooks": event["pending_webhooks"] - 1})


async def _post(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]
) -> tuple[int | None, str | None]:
    """The status of the answer, or why there was none. Redirects count as answers, as at Stripe."""
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return None, type(error).__name__
