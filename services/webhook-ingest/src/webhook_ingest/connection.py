"""uvicorn's connection with a short way for webhooks.

Most webhooks arrive whole and are taken. For those, a task, ASGI's messages, the middlewares and the router would cost
more than all that is done for them, so this goes from the last byte straight to the check and writes the one answer.
Whatever else happens, the request goes on to the ASGI app, which can do everything: it reads what comes slowly, and
words each refusal.
"""

import asyncio
from typing import Final

from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from tillstream_operations import BoundedConnection, Problem
from webhook_ingest.admission import Full
from webhook_ingest.webhook import ANSWER, ANSWER_HEADERS, REFUSED, Taken, Webhook

WHOLE_SECONDS: Final = 2.0
"""What has not arrived by then is read by the app."""
_HEAD: Final = b"".join(b"%b: %b\r\n" % header for header in ANSWER_HEADERS)


class WebhookConnection(BoundedConnection):
    """Holds a webhook back from the app until it is whole, and then from ever going there, if all is well."""

    _webhook: Webhook
    _held: RequestResponseCycle | None = None
    _app: ASGIApp
    _endpoint: str
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Know who takes webhooks."""
        self._webhook = self.config.app.state.webhook  # type: ignore[union-attr]
        super().connection_made(transport)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        """Called by uvicorn when it is a request's turn."""
        endpoint = self._webhook.endpoint_of(cycle.scope["method"], cycle.scope["path"])
        if endpoint is None or cycle.waiting_for_100_continue:
            super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]
            return
        self._held, self._app, self._endpoint = cycle, app, endpoint
        if not cycle.more_body:
            self._take(cycle)

    def on_body(self, body: bytes) -> None:
        """Called by the parser; what is large is read by the app, within its limits."""
        super().on_body(body)
        if self._held is not None and len(self._held.body) > HIGH_WATER_LIMIT:
            self._go_the_long_way()

    def on_message_complete(self) -> None:
        """Called by the parser: what is held may be whole now."""
        super().on_message_complete()
        if self._held is not None and not self._held.more_body:
            self._take(self._held)

    def data_received(self, data: bytes) -> None:
        """Called by the transport; what is not whole after this gets a moment."""
        super().data_received(data)
        if self._held is not None and self._late is None:
            self._late = self.loop.call_later(WHOLE_SECONDS, self._go_the_long_way)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more; the app would have nothing to read."""
        if self._held is not None:
            self._let_go()
            self._webhook.gone()
        super().connection_lost(exc)

    def _take(self, cycle: RequestResponseCycle) -> None:
        self._let_go()
        try:
            taken = self._webhook.take(self._endpoint, cycle.scope["headers"], bytes(cycle.body))
        except Full:
            taken = None
        except Problem as problem:
            self._refuse(cycle, problem)
            return
        if taken is None:
            super()._start_asgi_task(cycle, self._app)  # type: ignore[arg-type]
        else:
            taken.stored.add_done_callback(lambda _: self._settle(cycle, taken))

    def _settle(self, cycle: RequestResponseCycle, taken: Taken) -> None:
        problem = self._webhook.settle(taken)
        if self.flow.write_paused:  # somebody sends and sends and reads no answer
            self.transport.abort()
        elif problem:
            self._refuse(cycle, problem)
        elif not cycle.disconnected:
            self._answer(cycle)

    def _answer(self, cycle: RequestResponseCycle) -> None:
        goodbye = b"" if cycle.keep_alive else b"connection: close\r\n"
        defaults = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
        self.transport.write(b"HTTP/1.1 200 OK\r\n%b%b%b\r\n%b" % (defaults, _HEAD, goodbye, ANSWER))
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _refuse(self, cycle: RequestResponseCycle, problem: Problem) -> None:
        cycle.scope[REFUSED] = problem  # type: ignore[typeddict-unknown-key]
        super()._start_asgi_task(cycle, self._app)  # type: ignore[arg-type]

    def _go_the_long_way(self) -> None:
        cycle = self._held
        self._let_go()
        if cycle is not None:
            super()._start_asgi_task(cycle, self._app)  # type: ignore[arg-type]

    def _let_go(self) -> None:
        self._held = None
        if self._late is not None:
            self._late.cancel()
            self._late = None
