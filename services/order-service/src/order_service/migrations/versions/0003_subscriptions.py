"""Subscriptions, their invoices, the facts they are made of, and what became of each event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON, JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table."""
    _create_subscriptions()
    _create_facts()
    _create_timeline()


def downgrade() -> None:
    """Drop every table."""
    for table in (
        "subscription_timeline",
        "invoice_payments",
        "invoices",
        "subscription_facts",
        "subscription_changes",
        "subscriptions",
    ):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"{table}_pkey"))


def _create_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        _text("subscription_id"),
        _text("stripe_subscription_id"),
        _text("merchant_id"),
        _number("version"),
        _text("status"),
        _text("previous_status", nullable=True),
        _text("customer_id", nullable=True),
        _text("stripe_customer_id", nullable=True),
        _text("currency", nullable=True),
        _json("items"),
        _flag("cancel_at_period_end"),
        _instant("current_period_end", nullable=True),
        _instant("trial_end", nullable=True),
        _json("latest_invoice", nullable=True),
        _json("flags"),
        _instant("created_at"),
        _instant("updated_at"),
        _key("subscriptions", "subscription_id"),
        sa.CheckConstraint("version >= 1", name=op.f("subscriptions_version_check")),
    )
    op.create_index("subscriptions_by_stripe_id", "subscriptions", ["stripe_subscription_id"], unique=True)
    listed = ["created_at", "subscription_id"]
    op.create_index("subscriptions_by_time", "subscriptions", ["merchant_id", *listed])
    op.create_index("subscriptions_by_status", "subscriptions", ["merchant_id", "status", *listed])
    op.create_index("subscriptions_by_customer", "subscriptions", ["merchant_id", "customer_id", *listed])
    op.create_index("subscriptions_by_stripe_customer", "subscriptions", ["merchant_id", "stripe_customer_id"])
    op.create_table(
        "subscription_changes",
        _text("subscription_id"),
        _number("version"),
        _text("cause_event_id"),
        _instant("occurred_at"),
        sa.Column("body", JSON, nullable=False),
        _key("subscription_changes", "subscription_id", "version"),
    )
    op.create_index("subscription_changes_by_cause", "subscription_changes", ["cause_event_id"])


def _create_facts() -> None:
    op.create_table(
        "subscription_facts",
        _text("stripe_subscription_id"),
        _number("final"),
        _big("told_at"),
        _json("tellings"),
        _json("naming", nullable=True),
        _big("trial_ending"),
        _key("subscription_facts", "stripe_subscription_id"),
    )
    op.create_table(
        "invoices",
        _text("invoice_id"),
        _text("stripe_subscription_id"),
        _text("status"),
        _flag("needs_action"),
        _big("amount_due"),
        _big("amount_paid"),
        _text("currency"),
        _big("created"),
        _text("told_status"),
        _big("told_at"),
        _number("attempt"),
        _big("attempted_at"),
        _flag("finalization_failed"),
        _key("invoices", "invoice_id"),
        sa.CheckConstraint("amount_due >= 0", name=op.f("invoices_amount_due_check")),
        sa.CheckConstraint("amount_paid >= 0", name=op.f("invoices_amount_paid_check")),
    )
    op.create_index("invoices_by_subscription", "invoices", ["stripe_subscription_id"])
    op.create_table(
        "invoice_payments",
        _text("payment_id"),
        _text("invoice_id"),
        _key("invoice_payments", "payment_id", "invoice_id"),
    )
    op.create_index("invoice_payments_by_invoice", "invoice_payments", ["invoice_id"])


def _create_timeline() -> None:
    op.create_table(
        "subscription_timeline",
        sa.Column("line", sa.BigInteger, sa.Identity(always=True), nullable=False),
        _text("event_id"),
        _text("event_type"),
        _text("stripe_subscription_id", nullable=True),
        _text("invoice_id", nullable=True),
        _text("outcome"),
        _text("reason"),
        _number("version", nullable=True),
        _instant("occurred_at"),
        _instant("recorded_at"),
        _key("subscription_timeline", "line"),
    )
    op.create_index(
        "subscription_timeline_by_subscription", "subscription_timeline", ["stripe_subscription_id", "line"]
    )
    op.create_index("subscription_timeline_by_invoice", "subscription_timeline", ["invoice_id"])
