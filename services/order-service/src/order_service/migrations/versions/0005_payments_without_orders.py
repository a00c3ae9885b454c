"""What operators ask for about payments, once for each Idempotency-Key; unmatched payments in the order of a list."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNMATCHED = sa.text("order_id IS NULL")


def upgrade() -> None:
    """Create the table, and let the index of unmatched payments also keep those of one moment apart."""
    op.create_table(
        "attach_requests",
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("payment_id", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("attach_requests_pkey")),
    )
    op.drop_index("payments_unmatched", "payments")
    op.create_index("payments_unmatched", "payments", ["first_seen_at", "payment_id"], postgresql_where=UNMATCHED)


def downgrade() -> None:
    """Drop the table; the index as it was."""
    op.drop_index("payments_unmatched", "payments")
    op.create_index("payments_unmatched", "payments", ["first_seen_at"], postgresql_where=UNMATCHED)
    op.drop_table("attach_requests")
