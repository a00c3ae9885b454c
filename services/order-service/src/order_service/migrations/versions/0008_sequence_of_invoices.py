"""Invoices that Stripe made in one second have a sequence."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the build before this one goes on writing without it."""
    op.add_column("invoices", sa.Column("sequence", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("invoices", "sequence")
