"""What the read API tells of refunds."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from order_service.rows import refunds_of
from order_service.tables import PaymentRow


class RefundView(BaseModel):
    """Money on its way back to the buyer, or there."""

    model_config = ConfigDict(frozen=True)

    refund_id: str
    payment_intent_id: str
    status: str
    """`pending`, `requires_action`, `succeeded`, `canceled` or `failed`; only what succeeded counts as refunded."""
    currency: str
    amount: int
    reason: str | None
    failure_reason: str | None
    created_at: datetime


def refund_views(payments: Sequence[PaymentRow]) -> list[RefundView]:
    """The refunds of these payments, the oldest first."""
    views = [view for payment in payments for view in _of_payment(payment)]
    return sorted(views, key=lambda view: (view.created_at, view.refund_id))


def _of_payment(payment: PaymentRow) -> list[RefundView]:
    return [
        RefundView(
            refund_id=refund_id,
            payment_intent_id=payment.payment_id,
            status=refund.status,
            currency=refund.currency,
            amount=refund.amount,
            reason=refund.reason or None,
            failure_reason=refund.failure_reason or None,
            created_at=datetime.fromtimestamp(refund.created_at or refund.at, UTC),
        )
        for refund_id, refund in refunds_of(payment.refunds).items()
    ]
