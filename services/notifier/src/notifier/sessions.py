"""The life of one connection: it asks, it is checked, it watches, it goes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from pydantic import TypeAdapter, ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from notifier.frames import read_subscribe
from notifier.metrics import Metrics
from notifier.refusals import Refused
from notifier.settings import Settings
from notifier.snapshots import Snapshots
from notifier.sockets import Socket
from notifier.watchers import Watcher, Watchers
from tillstream_contracts.stream import Subscribe
from tillstream_contracts.stream_tokens import Grant, TokenRefused, verify
from tillstream_contracts.types import OrderId

ORDER_ID = TypeAdapter(OrderId)
log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class Sessions:
    """Serves connections, each until it closes or has to be refused."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        watchers: Watchers,
        snapshots: Snapshots,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings, self._metrics = settings, metrics
        self._watchers, self._snapshots, self._now = watchers, snapshots, now

    async def serve(self, socket: Socket) -> None:
        """Serve one connection from its first frame to its end."""
        try:
            asked = await self._first_frame(socket)
            grant = self._granted(asked.token)
            await self._watch(socket, asked, grant)
        except Refused as refused:
            await self._refuse(socket, refused)
        except ConnectionClosed:
            pass

    async def _first_frame(self, socket: Socket) -> Subscribe:
        try:
            async with asyncio.timeout(self._settings.subscribe_timeout.total_seconds()):
                return read_subscribe(await socket.recv())
        except TimeoutError as error:
            raise Refused("subscribe_timeout") from error

    def _granted(self, token: str) -> Grant:
        secret = self._settings.token_secret.get_secret_value()
        try:
            grant = verify(token, secret, now=self._now(), leeway=self._settings.token_leeway)
        except TokenRefused as refused:
            raise Refused(refused.code) from refused
        if not isinstance(grant, Grant):
            raise Refused("token_invalid")
        try:
            ORDER_ID.validate_python(grant.order_id)
        except ValidationError as error:
            raise Refused("token_invalid") from error
        return grant

    async def _watch(self, socket: Socket, asked: Subscribe, grant: Grant) -> None:
        """Register first and read the order second, so that no change falls in between."""
        watcher = Watcher(grant.merchant_id, grant.order_id, socket, asked.after_version)
        with self._watchers.watching(watcher):
            snapshot = asyncio.create_task(self._send_snapshot(socket, watcher, asked.token))
            try:
                await self._until_end(socket, grant)
            finally:
                snapshot.cancel()

    async def _send_snapshot(self, socket: Socket, watcher: Watcher, token: str) -> None:
        try:
            watcher.take_snapshot(await self._snapshots.of(watcher.order_id, token))
        except Refused as refused:
            await self._refuse(socket, refused)
        except Exception:  # the task's edge: without a snapshot the client would wait for ever
            log.exception("snapshot_crashed", order_id=watcher.order_id)
            await socket.close(CloseCode.INTERNAL_ERROR)

    async def _until_end(self, socket: Socket, grant: Grant) -> None:
        """Wait until the client goes, its token ends, or it says something more."""
        remaining = (grant.expires_at - self._now() + self._settings.token_leeway).total_seconds()
        try:
            async with asyncio.timeout(remaining):
                await socket.recv()
        except TimeoutError as error:
            raise Refused("token_expired") from error
        raise Refused("bad_frame")

    async def _refuse(self, socket: Socket, refused: Refused) -> None:
        self._metrics.refused.labels(refused.code).inc()
        socket.push(refused.frame())
        await socket.close(refused.close_code, refused.code)
