"""`POST /webhooks/stripe` and the paths below it: verify, write to Kafka, and only then say 200.

Every event passes here: one that arrives as a whole is taken without ASGI (connection.py), all else is raw ASGI.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from tillstream_contracts import EventHeaders
from tillstream_operations import Problem
from webhook_ingest import signatures, stripe_event
from webhook_ingest.admission import Full, Room, Seat
from webhook_ingest.batches import Batches
from webhook_ingest.bodies import declared_length, read_body
from webhook_ingest.endpoints import DEFAULT
from webhook_ingest.keyring import Keyring
from webhook_ingest.metrics import Metrics
from webhook_ingest.records import NotStored, Record, Settled
from webhook_ingest.settings import Settings
from webhook_ingest.signatures import Refusal
from webhook_ingest.stripe_event import NotAnEvent, StripeEvent

PATH: Final = "/webhooks/stripe"
NAMED_PATH: Final = PATH + "/{endpoint}"
DROP_IN_PATH: Final = "/webhook"
OTHER_MODE: Final = "event_of_other_mode"
SOURCE: Final = "tillstream/webhook-ingest"
RETRY_AFTER: Final = {"retry-after": "5"}
REFUSED: Final = "tillstream.refused"
"""In an ASGI scope: the Problem for which a webhook was refused before it came to the app."""
ANSWER: Final = b'{"received":true}'
ANSWER_HEADERS: Final = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
Headers = Iterable[tuple[bytes, bytes]]

WHAT_TO_DO: Final = {
    Refusal.MISSING: "Send the `Stripe-Signature` header that Stripe puts on every webhook.",
    Refusal.MALFORMED: "Pass the one `Stripe-Signature` header on as Stripe wrote it: `t=…,v1=…`.",
    Refusal.OUT_OF_TOLERANCE: "Set this machine's clock, and do not replay webhooks: let Stripe send the event again.",
    Refusal.MISMATCH: "Check that this path's secret is the endpoint's own and that no proxy changes the body.",
}

log = structlog.get_logger(__name__)


class Taken(NamedTuple):
    """A webhook on its way into Kafka."""

    event: StripeEvent
    verified_at: float
    seat: Seat


class Webhook:
    """Takes webhooks: one that is there as a whole by `take`, any other as an ASGI app."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        batches: Batches,
        room: Room,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keyring, self._batches, self._room, self._metrics, self._clock = keyring, batches, room, metrics, clock
        self._drop_in = settings.drop_in_routes
        self._livemode = settings.livemode
        self._tolerance = settings.signature_tolerance.total_seconds()
        self._limit = settings.max_body_bytes
        self._read_timeout = settings.read_timeout.total_seconds()

    def endpoint_of(self, method: str, path: str) -> str | None:
        """Which endpoint's webhook a request is; nothing where it is something else."""
        if method != "POST":
            return None
        if path == PATH or (self._drop_in and path == DROP_IN_PATH):
            return DEFAULT
        name = path.removeprefix(f"{PATH}/")
        return name if name in self._keyring.keys else None

    def take(self, endpoint: str, signature: bytes, body: bytes, settled: Settled) -> Taken | None:
        """Begin to store a webhook; `settled` is called later on, and is to call `settle`.

        Nothing where only the app can. Raises Problem, Full.
        """
        with self._room.seat() as seat:
            seat.take(len(body))
            event = self._verified(body, signature, self._secrets(endpoint))
            verified_at = self._clock()
            if self._is_of_other_mode(event):
                return None
            waiting = self._batches.add(_record(event, body, endpoint, verified_at), settled)
            return Taken(event, verified_at, seat.kept()) if waiting else None

    def settle(self, taken: Taken, error: NotStored | None) -> Problem | None:
        """Count what is stored now; why it is not, if it is not."""
        taken.seat.leave()
        if error is not None:
            return _not_stored()
        self._count(taken.event, taken.verified_at)
        return None

    def gone(self) -> None:
        """A sender went away before the answer."""
        self._metrics.not_stored("disconnected")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        endpoint = scope["path_params"].get("endpoint", DEFAULT)
        try:
            if REFUSED in scope:
                raise scope[REFUSED]
            await self._take(endpoint, scope, receive)
        except ClientDisconnect:
            self.gone()
        except Problem as problem:
            self._metrics.not_stored(problem.code)
            known = endpoint if endpoint in self._keyring.keys else "unknown"
            log.info("webhook_refused", endpoint=known, code=problem.code, status=problem.status)
            raise
        else:
            await send({"type": "http.response.start", "status": 200, "headers": ANSWER_HEADERS})
            await send({"type": "http.response.body", "body": ANSWER})

    async def _take(self, endpoint: str, scope: Scope, receive: Receive) -> None:
        if scope["method"] != "POST":
            raise Problem(405, "method_not_allowed", "Webhooks are sent with POST.", headers={"allow": "POST"})
        headers = scope["headers"]
        secrets, signature, declared = self._secrets(endpoint), _signature(headers), declared_length(headers)
        try:
            with self._room.seat() as seat:
                body = await read_body(receive, seat, declared=declared, limit=self._limit, within=self._read_timeout)
                await self._store(self._verified(body, signature, secrets), body, endpoint)
        except Full:
            detail = "Too much is in flight. Send the event again a little later."
            raise Problem(503, "overloaded", detail, headers=RETRY_AFTER) from None

    def _secrets(self, endpoint: str) -> Sequence[bytes]:
        """Those that count on this path, and on no other; as they are now, as they may change."""
        secrets = self._keyring.keys.get(endpoint)
        if secrets is None:
            raise Problem(404, "unknown_endpoint", "Name the endpoint and its secret in WEBHOOK_INGEST_ENDPOINTS.")
        return secrets

    def _verified(self, body: bytes, signature: bytes, secrets: Sequence[bytes]) -> StripeEvent:
        refusal = signatures.refusal(signature, body, secrets, now=self._clock(), tolerance=self._tolerance)
        if refusal is not None:
            raise Problem(400, refusal, WHAT_TO_DO[refusal])
        return _event(body)

    def _is_of_other_mode(self, event: StripeEvent) -> bool:
        """Stripe sends live Connect endpoints those of test mode, too; one that refused them would be disabled."""
        return self._livemode is not None and event.livemode is not None and event.livemode is not self._livemode

    async def _store(self, event: StripeEvent, body: bytes, endpoint: str) -> None:
        if self._is_of_other_mode(event):
            self._metrics.not_stored(OTHER_MODE)
            log.info(OTHER_MODE, endpoint=endpoint, event_id=event.id, event_type=event.type)
            return
        verified_at = self._clock()
        try:
            await self._batches.append(_record(event, body, endpoint, verified_at))
        except NotStored:
            raise _not_stored() from None
        self._count(event, verified_at)

    def _count(self, event: StripeEvent, verified_at: float) -> None:
        now = self._clock()
        self._metrics.stored(took=now - verified_at, age=now - event.created.timestamp())


def _not_stored() -> Problem:
    detail = "Kafka did not acknowledge the event in time. Send it again a little later."
    return Problem(503, "not_stored", detail, headers=RETRY_AFTER)


def _signature(headers: Headers) -> bytes:
    """The one signature header. Raises Problem if there is none, or more, or it is too long to look at."""
    found: Sequence[bytes] = [value for name, value in headers if name == b"stripe-signature"]
    if not found or not found[0]:
        raise Problem(400, Refusal.MISSING, WHAT_TO_DO[Refusal.MISSING])
    if len(found) > 1 or len(found[0]) > signatures.MAX_HEADER_BYTES:
        raise Problem(400, Refusal.MALFORMED, WHAT_TO_DO[Refusal.MALFORMED])
    return found[0]


def _event(body: bytes) -> StripeEvent:
    try:
        return stripe_event.read(body)
    except NotAnEvent as error:
        raise Problem(400, "body_not_an_event", f"Send an event of Stripe's. {error}") from None


def _record(event: StripeEvent, body: bytes, endpoint: str, verified_at: float) -> Record:
    recorded = datetime.fromtimestamp(verified_at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    headers = EventHeaders(
        id=event.id,
        source=SOURCE,
        type=event.type,
        time=event.created,
        partition_key=event.key,
        extensions=(
            ("ce_recordedtime", recorded),
            ("ce_stripeendpoint", endpoint),
            *((("ce_stripeaccount", event.account),) if event.account else ()),
        ),
    )
    return Record(event.key.encode(), body, headers.to_kafka())
