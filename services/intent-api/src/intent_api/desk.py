"""Where orders are placed: Stripe is asked first, then Kafka is told, and only then the caller is answered."""

import re
from dataclasses import dataclass

import structlog
from fastapi import Request
from stripe.checkout import Session

from intent_api.attempts import Attempt, Intent, attempted, intent_of, refusal
from intent_api.catalog import Catalog
from intent_api.hosted_pages import Page, open_page, payment_page
from intent_api.idempotency import is_forgotten, require_same_body, stripe_key_for
from intent_api.orders import NewOrder, order_placed, stripe_metadata
from intent_api.payers import Payer, parameters
from intent_api.publisher import Publisher
from intent_api.streams import Stream, Streams
from intent_api.stripe_calls import StripeCalls
from intent_api.stripe_objects import metadata_of
from tillstream_contracts import OrderPlaced

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Redirects:
    """Where hosted Checkout sends the buyer."""

    success_url: str
    cancel_url: str


class Desk:
    """Places orders. Every step may be repeated: a retry asks for, and tells, exactly the same."""

    def __init__(
        self,
        catalog: Catalog,
        stripe: StripeCalls,
        publisher: Publisher,
        streams: Streams,
        stripe_publishable_key: str,
    ) -> None:
        self.catalog, self.stripe_publishable_key = catalog, stripe_publishable_key
        self._stripe, self._publisher, self._streams = stripe, publisher, streams

    async def place_by_intent(self, order: NewOrder, payer: Payer, *, traceparent: str | None) -> tuple[Intent, Stream]:
        """Place the order with a payment intent for a page of the shop's own, or one that charges a saved card.

        A declined card places the order all the same, and is told (Problem 402) once Kafka has it.
        """
        asked = parameters(payer, order.priced)
        asked["metadata"] = stripe_metadata(order)
        if order.manual_capture:
            asked["capture_method"] = "manual"
        attempt = await self._made_long_ago(order, payer)
        if attempt is None:
            attempt = await self._stripe.ask(
                "create_payment_intent",
                stripe_key_for(order.order_id, "place"),
                lambda key: attempted(self._stripe.client, asked, key),
                made=(lambda: self._made(order, payer)) if payer.payment_method else None,
            )
        intent = attempt.intent
        stream = await self._tell(order_placed(order, created=intent.created, payment_intent_id=intent.id), traceparent)
        facts = {"order_id": order.order_id, "payment_method": payer.payment_method, "stream": stream.model_dump()}
        if refused := refusal(attempt, publishable_key=self.stripe_publishable_key, **facts):
            log.info("payment_declined", order_id=order.order_id, payment_intent_id=intent.id, code=refused.code)
            raise refused
        return intent, stream

    async def _made_long_ago(self, order: NewOrder, payer: Payer) -> Attempt | None:
        """What this key made so long ago that Stripe has forgotten it: a job that is run again charges nobody twice."""
        known = await self._made(order, payer) if payer.off_session else None
        if known is None or not is_forgotten(known.intent.created):
            return None
        require_same_body(known.intent.metadata or {}, order.request_hash)
        return known

    async def _made(self, order: NewOrder, payer: Payer) -> Attempt | None:
        """What a call made whose answer Stripe lost. It may have charged the card, so nothing is asked twice."""
        service = self._stripe.client.v1.payment_intents
        theirs = await self._stripe.every("find_payment_intent", service.list_async, customer=payer.customer_id or "")
        own = [each for each in theirs if metadata_of(each).get("order_id") == order.order_id]
        return Attempt(intent_of(own[0])) if own else None

    async def place_by_checkout(
        self,
        order: NewOrder,
        redirects: Redirects,
        email: str | None,
        *,
        customer_id: str | None = None,
        expires_in: int | None = None,
        traceparent: str | None,
    ) -> tuple[Session, Stream]:
        """Place the order with Stripe's hosted page."""
        page = Page(redirects.success_url, redirects.cancel_url, order.locale, customer_id, email)
        key, asked = stripe_key_for(order.order_id, "place"), payment_page(page, order)
        session = await open_page(self._stripe, key, asked, expires_in)
        placed = order_placed(order, created=session.created, checkout_session_id=session.id)
        return session, await self._tell(placed, traceparent)

    async def _tell(self, placed: OrderPlaced, traceparent: str | None) -> Stream:
        await self._publisher.publish(placed, traceparent=traceparent)
        log.info(
            "order_placed",
            order_id=placed.order_id,
            payment_intent_id=placed.payment_intent_id,
            checkout_session_id=placed.checkout_session_id,
        )
        return self._streams.of(placed.merchant_id, placed.order_id, placed_at=placed.occurred_at)


async def the_desk(request: Request) -> Desk:  # async, as all dependencies here: else each costs a thread
    """The app's desk."""
    desk: Desk = request.app.state.desk
    return desk


async def traceparent_of(request: Request) -> str | None:
    """The caller's W3C trace context, None if it sent none that is well formed."""
    sent = request.headers.get("traceparent", "")
    return sent if _TRACEPARENT.fullmatch(sent) else None
