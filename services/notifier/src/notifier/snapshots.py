"""Snapshots of what is watched, asked of order-service with the client's own token."""

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Final

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from pydantic import ValidationError

from notifier.frames import Change
from notifier.kinds import Kind
from notifier.metrics import Metrics
from notifier.refusals import Refused
from notifier.settings import Settings

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """order-service gave no usable answer: ask again after a while."""


class Snapshots:
    """Asks order-service, a bounded number of times at once, again and again while patience lasts."""

    def __init__(self, session: ClientSession, settings: Settings, metrics: Metrics) -> None:
        self._session, self._metrics = session, metrics
        self._url = str(settings.order_service_url).rstrip("/")
        self._timeout = ClientTimeout(total=settings.snapshot_timeout.total_seconds())
        self._patience = settings.snapshot_patience.total_seconds()
        self._turns = asyncio.Semaphore(settings.snapshot_concurrency)

    async def of(self, kind: Kind, watched_id: str, token: str) -> Change:
        """The order or subscription as it stands. Raises Refused: `token_invalid`, `snapshot_unavailable`."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience):
                found = await self._insist(kind, watched_id, token)
        except TimeoutError as error:
            self._metrics.snapshots.labels("unavailable").observe(time.monotonic() - began)
            raise Refused("snapshot_unavailable") from error
        self._metrics.snapshots.labels("found" if found.version else "unheard_of").observe(time.monotonic() - began)
        return found

    async def _insist(self, kind: Kind, watched_id: str, token: str) -> Change:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._turns:
                    return await self._ask(kind, watched_id, token)
            except (Unavailable, ClientError, TimeoutError) as error:
                log.warning("snapshot_failed", **{f"{kind.name}_id": watched_id}, error=repr(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 jitter
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _ask(self, kind: Kind, watched_id: str, token: str) -> Change:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.get(
            self._url + kind.path + watched_id, headers=headers, timeout=self._timeout
        ) as answer:
            match answer.status:
                case 200:
                    return _stored(kind, await _body(answer))
                case 404:
                    return kind.unheard_of(watched_id, datetime.now(UTC))
                case 401 | 403:
                    raise Refused(_refusal(await _body(answer)))
                case status:
                    raise Unavailable(f"order-service answered {status}")


async def _body(answer: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise Unavailable("order-service's answer is too long")
    return bytes(body)


def _refusal(problem: bytes) -> str:
    """Why the token was refused; it may have expired on its way, or by order-service's clock."""
    return "token_expired" if b'"token_expired"' in problem else "token_invalid"


def _stored(kind: Kind, body: bytes) -> Change:
    try:
        return kind.read_stored(body)
    except ValidationError as error:
        raise Unavailable(f"order-service's answer is no {kind.name}") from error
