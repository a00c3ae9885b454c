"""Whom a merchant asked to forget: names that no later event may bring back, as salted hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and the deployment's salt."""
    op.create_table(
        "forgotten",
        sa.Column("name_hash", sa.Text, nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("forgotten_pkey")),
    )
    op.create_table(
        "forgotten_salt",
        sa.Column("salt", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("salt", name=op.f("forgotten_salt_pkey")),
    )
    op.execute("INSERT INTO forgotten_salt VALUES (gen_random_uuid()::text || gen_random_uuid()::text)")


def downgrade() -> None:
    """Drop the tables; whoever was forgotten may come back with the next event."""
    op.drop_table("forgotten_salt")
    op.drop_table("forgotten")
