"""The read API of subscriptions: what one is now, its invoices, and how it became that."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from order_service.access import KEY, Authorization, Caller, Doorkeeper
from order_service.api import CURSOR, Limit, answered
from order_service.cursors import LONGEST, Cursor, fingerprint
from order_service.documentation import problems
from order_service.query_parameters import NO_NUL, refuse_unknown
from order_service.subscription_reads import SubscriptionReads
from order_service.subscription_views import (
    SubscriptionPageView,
    WholeSubscriptionView,
    subscription_view,
    whole_subscription_view,
)
from tillstream_contracts import SubscriptionStatus
from tillstream_operations import Problem

NOT_FOUND = "There is no such subscription. One exists once Stripe's first event about it has arrived."
SubscriptionIdText = Annotated[str, Path(max_length=200)]


def subscriptions_api(reads: SubscriptionReads, doorkeeper: Doorkeeper) -> APIRouter:
    """The routes under /v1/subscriptions."""
    router = APIRouter(prefix="/v1/subscriptions", tags=["subscriptions"], dependencies=[Depends(KEY)])

    async def caller(authorization: Authorization = "") -> Caller:  # async: a thread per request costs more
        return doorkeeper.caller(authorization, datetime.now(UTC))

    @router.get(
        "/{subscription_id}",
        summary="One subscription by our id or Stripe's, with its invoices and timeline",
        responses=problems(401, 404, 422, 503),
    )
    async def get_subscription(
        subscription_id: SubscriptionIdText, caller: Annotated[Caller, Depends(caller)]
    ) -> WholeSubscriptionView:
        picture = None
        if (caller.is_merchant or caller.only_subscription) and "\x00" not in subscription_id:
            picture = await answered(reads.subscription(caller.merchant_id, subscription_id))
        if picture is None or not caller.may_see_subscription(picture.subscription.subscription_id):
            raise Problem(404, "subscription_not_found", NOT_FOUND)
        return whole_subscription_view(picture)

    @router.get("", summary="Subscriptions, newest first", responses=problems(400, 401, 403, 422, 503))
    async def list_subscriptions(
        request: Request,
        caller: Annotated[Caller, Depends(caller)],
        status: SubscriptionStatus | None = None,
        customer: Annotated[str | None, Query(max_length=200, pattern=NO_NUL)] = None,
        cursor: Annotated[str | None, Query(max_length=LONGEST, description=CURSOR)] = None,
        limit: Limit = 20,
    ) -> SubscriptionPageView:
        if not caller.is_merchant:
            detail = "A stream token shows what it is for; list subscriptions with the secret key."
            raise Problem(403, "secret_key_required", detail)
        refuse_unknown(request)
        listed = fingerprint({"status": status, "customer": customer})
        after = Cursor.decode(cursor, listed) if cursor else None
        rows = await answered(
            reads.subscriptions(caller.merchant_id, status=status, customer=customer, after=after, limit=limit + 1)
        )
        page = rows[:limit]
        more = Cursor(page[-1].created_at, page[-1].subscription_id).encode(listed) if len(rows) > limit else None
        return SubscriptionPageView(subscriptions=[subscription_view(row) for row in page], next_cursor=more)

    return router
