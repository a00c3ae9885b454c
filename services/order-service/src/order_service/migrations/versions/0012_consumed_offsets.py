"""How far each partition has been taken in: told by the database itself, so that a restored one knows what it lacks."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; the first consumer of this build fills it from what Kafka knows of its group."""
    op.create_table(
        "consumed",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replay_until", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("version_floor", sa.Integer, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("consumed_pkey")),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop the table. A database restored from a backup no longer knows what it lacks."""
    op.drop_table("consumed")
