"""Indexes for what orders are filtered by, chosen by plans over five million orders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes; partial ones where most rows have nothing to be found by."""
    op.create_index("orders_by_amount", "orders", ["merchant_id", "currency", "amount"])
    op.create_index(
        "orders_by_reference",
        "orders",
        ["merchant_id", "reference"],
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index(
        "orders_flagged",
        "orders",
        ["merchant_id", "created_at", "order_id"],
        postgresql_where=sa.text("flags <> '[]'::jsonb"),
    )
    op.create_index(
        "placements_by_metadata",
        "placements",
        ["shop_metadata"],
        postgresql_using="gin",
        postgresql_ops={"shop_metadata": "jsonb_path_ops"},
        postgresql_where=sa.text("shop_metadata <> '{}'::jsonb"),
    )
    op.create_index(
        "payments_by_customer", "payments", ["customer_id"], postgresql_where=sa.text("customer_id <> ''::text")
    )


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index("payments_by_customer", "payments")
    op.drop_index("placements_by_metadata", "placements")
    for index in ("orders_flagged", "orders_by_reference", "orders_by_amount"):
        op.drop_index(index, "orders")
