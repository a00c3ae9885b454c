"""uvicorn's connection with a short way for webhooks.

Most webhooks arrive whole, say nothing out of the ordinary, and are taken. For those, uvicorn's request, a task, ASGI's
messages, the middlewares and the router would cost more than all that is done for them, so this goes from the last byte
straight to the check and writes the one answer. Whatever else happens, the bytes go on to uvicorn as they came, and so
to the ASGI app, which can do everything: it reads what comes slowly, and words each refusal.
"""

import asyncio
from typing import Final

from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from tillstream_operations import BoundedConnection, Problem
from webhook_ingest import heads
from webhook_ingest.admission import Full
from webhook_ingest.records import NotStored
from webhook_ingest.webhook import ANSWER, ANSWER_HEADERS, REFUSED, Taken, Webhook

WHOLE_SECONDS: Final = 2.0
"""What has not arrived by then is read by the app."""
MOST_BYTES: Final = heads.MAX_BYTES + HIGH_WATER_LIMIT
"""What is larger is read by the app."""
_HEAD: Final = b"".join(b"%b: %b\r\n" % header for header in ANSWER_HEADERS)


class WebhookConnection(BoundedConnection):
    """Holds a webhook back from uvicorn until it is whole, and then from ever going there, if all is well.

    At any moment the connection rests, or a request arrives, is being stored, or is uvicorn's.
    """

    _webhook: Webhook
    _arrived = b""
    """Of a request that is not whole yet, or is being stored."""
    _wanted = 0
    """As many bytes have to be there before it is worth a look."""
    _late: asyncio.TimerHandle | None = None
    _taken: Taken | None = None
    _ahead = b""
    """What came while a request is being stored."""
    _refused: Problem | None = None
    _is_between_messages = True
    _is_to_end = False
    _rests_since = 0.0
    _rest: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Know who takes webhooks."""
        self._webhook = self.config.app.state.webhook  # type: ignore[union-attr]
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more; the app would have nothing to read."""
        if self._arrived and self._taken is None:
            self._let_go()
            self._webhook.gone()
        self._end_rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Called by the transport."""
        if self._taken is not None:
            self._ahead += data
            self.flow.pause_reading()
        elif self._is_uvicorns():
            super().data_received(data)
        else:
            self._unset_keepalive_if_required()
            self._arrived += data
            if len(self._arrived) >= self._wanted:
                self._examine()

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._is_between_messages = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self._is_between_messages = True
        super().on_message_complete()

    def shutdown(self) -> None:
        """Called by the server: this request is the last one."""
        if self._arrived:
            self._is_to_end = True
        else:
            super().shutdown()

    def _is_uvicorns(self) -> bool:
        return not self._is_between_messages or (self.cycle is not None and not self.cycle.response_complete)

    def _examine(self) -> None:
        head = heads.read(self._arrived)
        if head is None:
            if heads.may_come(self._arrived):
                self._wait()
            else:
                self._go_the_long_way()
            return
        endpoint, whole = self._webhook.endpoint_of("POST", head.path), head.size + head.length
        if endpoint is None or whole > MOST_BYTES or len(self._arrived) > whole:
            self._go_the_long_way()
        elif len(self._arrived) < whole:
            self._wanted = whole
            self._wait()
        else:
            self._take(endpoint, head)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(WHOLE_SECONDS, self._go_the_long_way)

    def _take(self, endpoint: str, head: heads.Head) -> None:
        try:
            self._taken = self._webhook.take(endpoint, head.signature, self._arrived[head.size :], self._settle)
        except Full:
            pass
        except Problem as problem:
            self._refused = problem
        if self._taken is None:
            self._go_the_long_way()
        elif self._late is not None:
            self._late.cancel()
            self._late = None

    def _settle(self, error: NotStored | None) -> None:
        taken, self._taken = self._taken, None
        if taken is None:
            return
        self._refused = self._webhook.settle(taken, error)
        if self.flow.write_paused:  # somebody sends and sends and reads no answer
            self.transport.abort()
        if self.transport.is_closing():
            self._let_go()
            return
        if self._refused:
            self._go_the_long_way()
        else:
            self._answer()
        if self._ahead:
            data, self._ahead = self._ahead, b""
            self.flow.resume_reading()
            self.data_received(data)

    def _answer(self) -> None:
        self._let_go()
        goodbye = b"connection: close\r\n" if self._is_to_end else b""
        defaults = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
        self.transport.write(b"HTTP/1.1 200 OK\r\n%b%b%b\r\n%b" % (defaults, _HEAD, goodbye, ANSWER))
        self.server_state.total_requests += 1
        if self._is_to_end:
            self.transport.close()
        else:
            self._begin_rest()

    def _go_the_long_way(self) -> None:
        arrived = self._arrived
        self._let_go()
        self._end_rest()
        super().data_received(arrived)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        """Called by uvicorn when it is a request's turn."""
        if self._refused is not None:
            cycle.scope[REFUSED], self._refused = self._refused, None  # type: ignore[typeddict-unknown-key]
        if self._is_to_end:
            cycle.keep_alive = False
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def _let_go(self) -> None:
        self._arrived, self._wanted = b"", 0
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _begin_rest(self) -> None:
        self._end_head()
        self._rests_since = self.loop.time()
        if self._rest is None:  # one timer for many requests, as in BoundedConnection
            self._rest = self.loop.call_later(self.timeout_keep_alive, self._close_if_resting)

    def _end_rest(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _close_if_resting(self) -> None:
        self._rest = None
        if self._arrived or self._is_uvicorns():
            return
        left = self._rests_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._rest = self.loop.call_later(left, self._close_if_resting)
        else:
            self.transport.close()
