"""What went back of a payment stands in its row, and who said which order it belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; their defaults let the build before this one go on writing meanwhile."""
    op.add_column("payments", sa.Column("named_by", sa.Integer, nullable=False, server_default=sa.text("2")))
    op.add_column("payments", sa.Column("refunds", JSONB, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("payments", sa.Column("disputes", JSONB, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("payments", sa.Column("charge_refunded", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.create_check_constraint(op.f("payments_charge_refunded_check"), "payments", "charge_refunded >= 0")


def downgrade() -> None:
    """Drop the columns."""
    op.drop_constraint(op.f("payments_charge_refunded_check"), "payments")
    for column in ("charge_refunded", "disputes", "refunds", "named_by"):
        op.drop_column("payments", column)
