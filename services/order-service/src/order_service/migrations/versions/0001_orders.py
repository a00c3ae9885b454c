"""Orders, the facts they are made of, and what became of each event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table."""
    _create_orders()
    _create_facts()
    _create_record_of_events()


def downgrade() -> None:
    """Drop every table."""
    for table in (
        "parked_records",
        "timeline",
        "inbox",
        "order_changes",
        "mentions",
        "checkout_sessions",
        "payments",
        "placements",
        "orders",
    ):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _never_negative(table: str, *columns: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(f"{column} >= 0", name=op.f(f"{table}_{column}_check")) for column in columns]


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"{table}_pkey"))


def _create_orders() -> None:
    op.create_table(
        "orders",
        _text("order_id"),
        _text("merchant_id"),
        _number("version"),
        _text("status"),
        _text("previous_status", nullable=True),
        _text("currency"),
        _big("amount"),
        _big("captured"),
        _big("refunded"),
        _big("disputed"),
        sa.Column("flags", JSONB, nullable=False),
        _text("reference", nullable=True),
        _text("customer_id", nullable=True),
        _instant("created_at"),
        _instant("updated_at"),
        _key("orders", "order_id"),
        sa.CheckConstraint("version >= 1", name=op.f("orders_version_check")),
        *_never_negative("orders", "amount", "captured", "refunded", "disputed"),
    )
    op.create_index("orders_by_time", "orders", ["merchant_id", "created_at", "order_id"])
    op.create_index("orders_by_status", "orders", ["merchant_id", "status", "created_at", "order_id"])
    op.create_index("orders_by_customer", "orders", ["merchant_id", "customer_id", "created_at", "order_id"])
    op.create_table(
        "order_changes",
        _text("order_id"),
        _number("version"),
        _text("cause_event_id"),
        _instant("occurred_at"),
        sa.Column("body", JSON, nullable=False),
        _key("order_changes", "order_id", "version"),
    )
    op.create_index("order_changes_by_cause", "order_changes", ["cause_event_id"])


def _create_facts() -> None:
    op.create_table(
        "placements",
        _text("order_id"),
        _text("merchant_id"),
        _instant("occurred_at"),
        _text("currency"),
        _big("amount"),
        _text("reference"),
        _text("customer_id"),
        sa.Column("shop_metadata", JSONB, nullable=False),
        _key("placements", "order_id"),
        *_never_negative("placements", "amount"),
    )
    op.create_table(
        "payments",
        _text("payment_id"),
        _text("order_id", nullable=True),
        _big("named_at"),
        _text("status"),
        _big("amount"),
        _big("captured"),
        _text("currency"),
        _text("customer_id"),
        _text("error"),
        _text("told_status"),
        _big("told_at"),
        sa.Column("attempts", JSONB, nullable=False),
        _big("attempted_at"),
        _instant("first_seen_at"),
        _instant("updated_at"),
        _key("payments", "payment_id"),
        *_never_negative("payments", "amount", "captured"),
    )
    op.create_index("payments_by_order", "payments", ["order_id"])
    op.create_index("payments_unmatched", "payments", ["first_seen_at"], postgresql_where=sa.text("order_id IS NULL"))
    op.create_table(
        "checkout_sessions",
        _text("order_id"),
        _text("session_id"),
        _text("status"),
        _big("amount"),
        _text("currency"),
        _text("payment_id"),
        _key("checkout_sessions", "order_id", "session_id"),
        *_never_negative("checkout_sessions", "amount"),
    )
    op.create_table(
        "mentions",
        _text("order_id"),
        _big("told_at"),
        _text("currency"),
        _text("merchant_id"),
        _text("reference"),
        _text("customer_id"),
        _key("mentions", "order_id"),
    )


def _create_record_of_events() -> None:
    op.create_table(
        "inbox",
        _text("event_id"),
        _number("partition"),
        _big("last_offset"),
        _number("deliveries"),
        _instant("last_delivered_at"),
        _key("inbox", "event_id"),
    )
    op.create_table(
        "timeline",
        sa.Column("line", sa.BigInteger, sa.Identity(always=True), nullable=False),
        _text("event_id"),
        _text("event_type"),
        _text("order_id", nullable=True),
        _text("payment_id", nullable=True),
        _text("outcome"),
        _text("reason"),
        _number("version", nullable=True),
        _instant("occurred_at"),
        _instant("recorded_at"),
        _key("timeline", "line"),
    )
    op.create_index("timeline_by_order", "timeline", ["order_id", "line"])
    op.create_index(
        "timeline_by_payment", "timeline", ["payment_id", "line"], postgresql_where=sa.text("order_id IS NULL")
    )
    op.create_table(
        "parked_records",
        _text("topic"),
        _number("partition"),
        _big("record_offset"),
        _text("event_id", nullable=True),
        _text("event_type", nullable=True),
        _text("order_id", nullable=True),
        _text("reason"),
        _instant("occurred_at"),
        _instant("parked_at"),
        _key("parked_records", "topic", "partition", "record_offset"),
    )
    op.create_index(
        "parked_records_by_order", "parked_records", ["order_id"], postgresql_where=sa.text("order_id IS NOT NULL")
    )
