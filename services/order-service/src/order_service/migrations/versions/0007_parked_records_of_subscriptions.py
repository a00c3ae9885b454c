"""A parked record stands in the timeline of its subscription, too."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KNOWN = "stripe_subscription_id IS NOT NULL"


def upgrade() -> None:
    """Add the column; the build before this one goes on writing without it."""
    op.add_column("parked_records", sa.Column("stripe_subscription_id", sa.Text, nullable=True))
    op.create_index(
        "parked_records_by_subscription",
        "parked_records",
        ["stripe_subscription_id"],
        postgresql_where=sa.text(KNOWN),
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_index("parked_records_by_subscription", "parked_records")
    op.drop_column("parked_records", "stripe_subscription_id")
