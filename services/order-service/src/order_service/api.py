"""The read API: what an order is now, and how it became that."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import structlog
from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.exc import SQLAlchemyError

from order_service.access import KEY, Authorization, Caller, Doorkeeper
from order_service.cursors import LONGEST, Cursor
from order_service.documentation import problems
from order_service.order_filters import Filters
from order_service.query_parameters import METADATA_PARAMETER, order_filters
from order_service.reads import Reads
from order_service.views import PageView, WholeOrderView, order_view, whole_order_view
from tillstream_operations import Problem

T = TypeVar("T")
log = structlog.get_logger(__name__)

NOT_FOUND = "There is no such order. An order exists once its placement or the first event about it has arrived."
OrderIdText = Annotated[str, Path(max_length=200)]
CURSOR = "`next_cursor` of the page before, with the same filters."
Limit = Annotated[int, Query(ge=1, le=100)]


def orders_api(reads: Reads, doorkeeper: Doorkeeper) -> APIRouter:
    """The routes under /v1."""
    router = APIRouter(prefix="/v1", tags=["orders"], dependencies=[Depends(KEY)])

    async def caller(authorization: Authorization = "") -> Caller:  # async: a thread per request costs more
        return doorkeeper.caller(authorization, datetime.now(UTC))

    @router.get(
        "/orders/{order_id}",
        summary="One order, with its payments and its timeline",
        responses=problems(401, 404, 422, 503),
    )
    async def get_order(order_id: OrderIdText, caller: Annotated[Caller, Depends(caller)]) -> WholeOrderView:
        picture = None
        if caller.may_see(order_id) and "\x00" not in order_id:
            picture = await answered(reads.order(caller.merchant_id, order_id))
        if picture is None:
            raise Problem(404, "order_not_found", NOT_FOUND)
        return whole_order_view(picture)

    @router.get(
        "/orders",
        summary="Orders, newest first",
        openapi_extra=METADATA_PARAMETER,
        responses=problems(400, 401, 403, 422, 503),
    )
    async def list_orders(
        caller: Annotated[Caller, Depends(caller)],
        filters: Annotated[Filters, Depends(order_filters)],
        cursor: Annotated[str | None, Query(max_length=LONGEST, description=CURSOR)] = None,
        limit: Limit = 20,
    ) -> PageView:
        """Those that match all filters. A page neither repeats nor skips an order while new ones come."""
        if not caller.is_merchant:
            raise Problem(
                403, "secret_key_required", "A stream token shows one order; list orders with the secret key."
            )
        after = Cursor.decode(cursor, filters.fingerprint) if cursor else None
        rows = await answered(reads.orders(caller.merchant_id, filters, after=after, limit=limit + 1))
        page = rows[:limit]
        more = Cursor(page[-1].created_at, page[-1].order_id).encode(filters.fingerprint) if len(rows) > limit else None
        return PageView(orders=[order_view(row) for row in page], next_cursor=more)

    return router


async def answered(question: Awaitable[T]) -> T:
    """The database's answer. Raises a 503 problem if there is none."""
    try:
        return await question
    except (SQLAlchemyError, OSError) as error:
        log.warning("orders_not_readable", because=type(error).__name__)
        detail = "Orders cannot be read at the moment. Try again in a second; nothing is lost."
        raise Problem(503, "database_unavailable", detail, headers={"Retry-After": "1"}) from error
