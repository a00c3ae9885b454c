"""What the read API tells of disputes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from order_service.rows import disputes_of
from order_service.tables import PaymentRow


class DisputeView(BaseModel):
    """A buyer's complaint with the bank; where its status begins with `warning`, an inquiry before one."""

    model_config = ConfigDict(frozen=True)

    dispute_id: str
    payment_intent_id: str
    status: str
    currency: str
    amount: int
    reason: str | None
    funds_withdrawn: bool
    """Whether Stripe holds the money for it at present."""
    created_at: datetime
    respond_by: datetime | None
    """Until when evidence counts; null where the bank takes none."""


def dispute_views(payments: Sequence[PaymentRow]) -> list[DisputeView]:
    """The disputes of these payments, the oldest first."""
    views = [view for payment in payments for view in _of_payment(payment)]
    return sorted(views, key=lambda view: (view.created_at, view.dispute_id))


def _of_payment(payment: PaymentRow) -> list[DisputeView]:
    return [
        DisputeView(
            dispute_id=dispute_id,
            payment_intent_id=payment.payment_id,
            status=dispute.status,
            currency=dispute.currency,
            amount=dispute.amount,
            reason=dispute.reason or None,
            funds_withdrawn=dispute.funds_withdrawn,
            created_at=datetime.fromtimestamp(dispute.created_at or dispute.at, UTC),
            respond_by=datetime.fromtimestamp(dispute.respond_by, UTC) if dispute.respond_by else None,
        )
        for dispute_id, dispute in disputes_of(payment.disputes).items()
    ]
