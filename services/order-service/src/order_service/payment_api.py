"""The API of payments by themselves: those without an order, one of them, and giving it to an order."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict

from order_service.access import KEY, Authorization, Caller, Doorkeeper
from order_service.api import CURSOR, Limit, answered
from order_service.attaching import NO_PAYMENT, Attaching, Wish, event_id_for
from order_service.cursors import LONGEST, Cursor
from order_service.documentation import problems
from order_service.payment_reads import PaymentReads
from order_service.payment_views import (
    PaymentPageView,
    WholePaymentView,
    payment_view,
    whole_payment_view,
)
from order_service.query_parameters import refuse_unknown
from tillstream_contracts.types import OrderId
from tillstream_operations import Problem

UNMATCHED: Final = "unmatched"
PaymentIdText = Annotated[str, Path(max_length=255)]
Merchant = Callable[[str], Awaitable[Caller]]
"""Lets in who has the secret key."""
_KEY = re.compile(r"[ -~]{1,255}", re.ASCII)


class AttachRequest(BaseModel):
    """Which order the payment belongs to."""

    model_config = ConfigDict(extra="forbid")

    order_id: OrderId


class AttachAccepted(BaseModel):
    """It is written down; the order changes as soon as that is taken in."""

    payment_intent_id: str
    order_id: str
    event_id: str
    """The event that the orders' timelines will tell of."""


async def require_key(
    idempotency_key: Annotated[
        str | None,
        Header(description="Required. Names this wish: 1 to 255 printable ASCII characters, such as a UUID."),
    ] = None,
) -> str:
    """The caller's key. Raises a 400 problem."""
    if not idempotency_key or not _KEY.fullmatch(idempotency_key):
        detail = "Send an Idempotency-Key header of 1 to 255 printable ASCII characters, such as a new UUID."
        raise Problem(400, "idempotency_key_required", detail)
    return idempotency_key


def payments_api(reads: PaymentReads, attaching: Attaching, doorkeeper: Doorkeeper) -> APIRouter:
    """The routes under /v1/payments."""
    router = APIRouter(prefix="/v1/payments", tags=["payments"], dependencies=[Depends(KEY)])

    async def merchant(authorization: Authorization = "") -> Caller:
        return doorkeeper.merchant(authorization, datetime.now(UTC))

    _add_lists(router, reads, merchant)
    _add_payment(router, reads, merchant)
    _add_attaching(router, attaching, merchant)
    return router


def _add_lists(router: APIRouter, reads: PaymentReads, merchant: Merchant) -> None:
    @router.get(
        "",
        summary="Payments that belong to no order, the one seen last first",
        dependencies=[Depends(merchant)],
        responses=problems(400, 401, 403, 422, 503),
    )
    async def list_payments(
        request: Request,
        unmatched: Annotated[bool, Query(description="Has to be true; an order's payments are shown with it.")],
        cursor: Annotated[str | None, Query(max_length=LONGEST, description=CURSOR)] = None,
        limit: Limit = 20,
    ) -> PaymentPageView:
        """Nothing names an order for them, and no invoice is paid by them: look whose they are, and attach them."""
        refuse_unknown(request)
        if not unmatched:
            wrong = {"field": "unmatched", "message": "has to be true"}
            raise Problem(422, "invalid_request", "Ask for unmatched=true; no other list is kept.", errors=[wrong])
        after = Cursor.decode(cursor, UNMATCHED) if cursor else None
        rows = await answered(reads.unmatched(after=after, limit=limit + 1))
        page = rows[:limit]
        more = Cursor(page[-1].first_seen_at, page[-1].payment_id).encode(UNMATCHED) if len(rows) > limit else None
        return PaymentPageView(payments=[payment_view(row) for row in page], next_cursor=more)


def _add_payment(router: APIRouter, reads: PaymentReads, merchant: Merchant) -> None:
    @router.get(
        "/{payment_intent_id}",
        summary="One payment, with its refunds, disputes and timeline",
        responses=problems(401, 403, 404, 422, 503),
    )
    async def get_payment(
        payment_intent_id: PaymentIdText, merchant: Annotated[Caller, Depends(merchant)]
    ) -> WholePaymentView:
        picture = None
        if "\x00" not in payment_intent_id:
            picture = await answered(reads.payment(merchant.merchant_id, payment_intent_id))
        if picture is None:
            raise Problem(404, "payment_not_found", NO_PAYMENT)
        return whole_payment_view(picture)


def _add_attaching(router: APIRouter, attaching: Attaching, merchant: Merchant) -> None:
    @router.post(
        "/{payment_intent_id}/attach",
        status_code=202,
        summary="Give a payment to an order",
        responses=problems(400, 401, 403, 404, 409, 413, 422, 503),
    )
    async def attach_payment(
        payment_intent_id: PaymentIdText,
        asked: AttachRequest,
        merchant: Annotated[Caller, Depends(merchant)],
        key: Annotated[str, Depends(require_key)],
    ) -> AttachAccepted:
        """With its refunds and disputes. Your word beats Stripe's metadata, and your later word your earlier one."""
        if "\x00" in payment_intent_id:
            raise Problem(404, "payment_not_found", NO_PAYMENT)
        event_id = event_id_for(merchant.merchant_id, key)
        wish = Wish(merchant.merchant_id, payment_intent_id, asked.order_id, event_id)
        event = await answered(attaching.attach(wish))
        return AttachAccepted(
            payment_intent_id=event.payment_intent_id, order_id=event.order_id, event_id=event.event_id
        )
