"""The life of one connection: it asks, it is checked, it watches, it goes."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from pydantic import TypeAdapter, ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from notifier.frames import read_subscribe
from notifier.kinds import Kind
from notifier.metrics import Metrics
from notifier.orders import ORDERS
from notifier.refusals import Refused
from notifier.settings import Settings
from notifier.snapshots import Snapshots
from notifier.sockets import Socket
from notifier.subscriptions import SUBSCRIPTIONS
from notifier.watchers import Watcher, Watchers
from tillstream_contracts.stream import Subscribe
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, TokenRefused, verify
from tillstream_contracts.types import OrderId

WATCHED_ID = TypeAdapter(OrderId)  # a subscription's looks alike
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
        watchers: Mapping[Kind, Watchers],
        snapshots: Snapshots,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings, self._metrics = settings, metrics
        self._watchers, self._snapshots, self._now = watchers, snapshots, now

    async def serve(self, socket: Socket) -> None:
        """Serve one connection from its first frame to its end."""
        try:
            await self._watch(socket, *await self._asked(socket))
        except Refused as refused:
            await self._refuse(socket, refused)
        except ConnectionClosed:
            pass

    async def _asked(self, socket: Socket) -> tuple[Grant | SubscriptionGrant, str, int]:
        """What the client may watch, its token, and the version that it has seen."""
        asked = await self._first_frame(socket)
        return self._granted(asked.token), asked.token, asked.after_version

    async def _first_frame(self, socket: Socket) -> Subscribe:
        try:
            async with asyncio.timeout(self._settings.subscribe_timeout.total_seconds()):
                return read_subscribe(await socket.recv())
        except TimeoutError as error:
            raise Refused("subscribe_timeout") from error

    def _granted(self, token: str) -> Grant | SubscriptionGrant:
        secret = self._settings.token_secret.get_secret_value()
        try:
            return verify(token, secret, now=self._now(), leeway=self._settings.token_leeway)
        except TokenRefused as refused:
            raise Refused(refused.code) from refused

    async def _watch(self, socket: Socket, grant: Grant | SubscriptionGrant, token: str, after_version: int) -> None:
        """Register first and read what is watched second, so that no change falls in between."""
        kind, watched_id = _watched(grant)
        watcher = Watcher(grant.merchant_id, watched_id, socket, after_version)
        with self._watchers[kind].watching(watcher):
            snapshot = asyncio.create_task(self._send_snapshot(socket, kind, watcher, token))
            del token  # half a KiB that would stay as long as the socket
            try:
                await self._until_end(socket, grant.expires_at)
            finally:
                snapshot.cancel()

    async def _send_snapshot(self, socket: Socket, kind: Kind, watcher: Watcher, token: str) -> None:
        try:
            watcher.take_snapshot(await self._snapshots.of(kind, watcher.watched_id, token))
        except Refused as refused:
            await self._refuse(socket, refused)
        except Exception:  # the task's edge: without a snapshot the client would wait for ever
            log.exception("snapshot_crashed", **{f"{kind.name}_id": watcher.watched_id})
            await socket.close(CloseCode.INTERNAL_ERROR)

    async def _until_end(self, socket: Socket, expires_at: datetime) -> None:
        """Wait until the client goes, its token ends, or it says something more."""
        remaining = (expires_at - self._now() + self._settings.token_leeway).total_seconds()
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


def _watched(grant: Grant | SubscriptionGrant) -> tuple[Kind, str]:
    """What a token lets its bearer watch. Raises Refused: `token_invalid`."""
    match grant:
        case Grant(_, watched_id):
            kind = ORDERS
        case SubscriptionGrant(_, watched_id):
            kind = SUBSCRIPTIONS
    try:
        return kind, WATCHED_ID.validate_python(watched_id)
    except ValidationError as error:
        raise Refused("token_invalid") from error
