"""The API of customers: the one thing that can be done here is to forget them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from order_service.access import KEY, Authorization, Caller, Doorkeeper
from order_service.api import answered
from order_service.documentation import problems
from order_service.forgetting import Forgetting
from order_service.query_parameters import NO_NUL

CustomerIdText = Annotated[
    str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="The shop's own id, or Stripe's `cus_…`.")
]


def customers_api(forgetting: Forgetting, doorkeeper: Doorkeeper) -> APIRouter:
    """The routes under /v1/customers."""
    router = APIRouter(prefix="/v1/customers", tags=["customers"], dependencies=[Depends(KEY)])

    async def merchant(authorization: Authorization = "") -> Caller:
        return doorkeeper.merchant(authorization, datetime.now(UTC))

    @router.delete(
        "/{customer_id}",
        status_code=204,
        summary="Forget a customer, and keep the amounts",
        responses=problems(401, 403, 422, 503),
    )
    async def forget_customer(customer_id: CustomerIdText, merchant: Annotated[Caller, Depends(merchant)]) -> None:
        """Orders, payments and subscriptions of this customer lose its ids, the shop's reference and metadata.

        Amounts and statuses stay. Later events do not bring the names back. Ask once for each id that you know the
        customer by. What Kafka and Stripe keep is not reached: docs/personal-data.md says what to do about it.
        """
        await answered(forgetting.forget(merchant.merchant_id, customer_id))

    return router
