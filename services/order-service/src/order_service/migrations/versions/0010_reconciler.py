"""What the reconciler remembers and asks for. Indexes of busy tables are built while these are written to."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNSETTLED = "status = ANY (ARRAY['pending', 'requires_action', 'processing', 'authorized', 'payment_failed'])"
INDEXES = (
    ("orders_unsettled", "orders", ["status", "updated_at", "order_id"], UNSETTLED),
    (
        "subscriptions_unsettled",
        "subscriptions",
        ["status", "updated_at", "subscription_id"],
        "status = ANY (ARRAY['incomplete', 'past_due'])",
    ),
    (
        "subscriptions_by_period_end",
        "subscriptions",
        ["status", "current_period_end", "subscription_id"],
        "status = ANY (ARRAY['trialing', 'active'])",
    ),
    ("parked_records_by_event", "parked_records", ["event_id"], "event_id IS NOT NULL"),
)
HALF_BUILT = sa.text("SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)")


def upgrade() -> None:
    """Create the table, then the indexes; of an earlier try what is whole stays, what is half built is made anew."""
    op.create_table(
        "reconciler_cursors",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("reconciler_cursors_pkey")),
        if_not_exists=True,
    )
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            if op.get_bind().scalar(HALF_BUILT, {"name": name}):
                op.drop_index(name, table, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    """Drop all of it; the reconciler begins anew."""
    with op.get_context().autocommit_block():
        for name, table, *_ in reversed(INDEXES):
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.drop_table("reconciler_cursors")
