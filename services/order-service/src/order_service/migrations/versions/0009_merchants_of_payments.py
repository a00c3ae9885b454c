"""Whose order a payment says it is for, so that an order of somebody else's is flagged."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the build before this one goes on writing without it."""
    op.add_column("payments", sa.Column("named_merchant_id", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("payments", "named_merchant_id")
