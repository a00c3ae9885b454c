"""What PostgreSQL holds of subscriptions, beside the tables of orders.

`subscription_facts`, `invoices` and `invoice_payments` hold facts; `subscriptions` and `subscription_changes` are
derived from them; `subscription_timeline` tells what became of each event.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field

from order_service.tables import INSTANT, Base


class SubscriptionRow(Base, table=True):
    """A subscription as of its latest version: derived, and made anew from the facts with each change."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        Index("subscriptions_by_stripe_id", "stripe_subscription_id", unique=True),
        Index("subscriptions_by_time", "merchant_id", "created_at", "subscription_id"),
        Index("subscriptions_by_status", "merchant_id", "status", "created_at", "subscription_id"),
        Index("subscriptions_by_customer", "merchant_id", "customer_id", "created_at", "subscription_id"),
        Index("subscriptions_by_stripe_customer", "merchant_id", "stripe_customer_id"),
        Index(
            "subscriptions_unsettled",
            "status",
            "updated_at",
            "subscription_id",
            postgresql_where=text("status = ANY (ARRAY['incomplete', 'past_due'])"),
        ),
        Index(
            "subscriptions_by_period_end",
            "status",
            "current_period_end",
            "subscription_id",
            postgresql_where=text("status = ANY (ARRAY['trialing', 'active'])"),
        ),
    )

    subscription_id: str = Field(sa_type=Text, primary_key=True)
    stripe_subscription_id: str = Field(sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    status: str = Field(sa_type=Text)
    previous_status: str | None = Field(sa_type=Text)
    customer_id: str | None = Field(sa_type=Text)
    stripe_customer_id: str | None = Field(sa_type=Text)
    currency: str | None = Field(sa_type=Text)
    items: list[dict[str, Any]] = Field(sa_type=JSONB)
    cancel_at_period_end: bool = Field(sa_type=Boolean)
    current_period_end: datetime | None = Field(sa_type=INSTANT)
    trial_end: datetime | None = Field(sa_type=INSTANT)
    latest_invoice: dict[str, Any] | None = Field(sa_type=JSONB)
    flags: list[str] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)


class SubscriptionFactsRow(Base, table=True):
    """The facts about one subscription of Stripe's, from before anybody outside hears of it; its lock is theirs all."""

    __tablename__ = "subscription_facts"

    stripe_subscription_id: str = Field(sa_type=Text, primary_key=True)
    final: int = Field(sa_type=Integer)
    told_at: int = Field(sa_type=BigInteger)
    tellings: list[dict[str, Any]] = Field(sa_type=JSONB)
    naming: dict[str, Any] | None = Field(sa_type=JSONB)
    trial_ending: int = Field(sa_type=BigInteger)


class InvoiceRow(Base, table=True):
    """The facts about one invoice of a subscription."""

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("amount_due >= 0", name="amount_due"),
        CheckConstraint("amount_paid >= 0", name="amount_paid"),
        Index("invoices_by_subscription", "stripe_subscription_id"),
    )

    invoice_id: str = Field(sa_type=Text, primary_key=True)
    stripe_subscription_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    needs_action: bool = Field(sa_type=Boolean)
    amount_due: int = Field(sa_type=BigInteger)
    amount_paid: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    created: int = Field(sa_type=BigInteger)
    told_status: str = Field(sa_type=Text)
    told_at: int = Field(sa_type=BigInteger)
    attempt: int = Field(sa_type=Integer)
    attempted_at: int = Field(sa_type=BigInteger)
    finalization_failed: bool = Field(sa_type=Boolean)
    sequence: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class InvoicePaymentRow(Base, table=True):
    """The fact that a payment is an invoice's, and so not unmatched, though it belongs to no order."""

    __tablename__ = "invoice_payments"
    __table_args__ = (Index("invoice_payments_by_invoice", "invoice_id"),)

    payment_id: str = Field(sa_type=Text, primary_key=True)
    invoice_id: str = Field(sa_type=Text, primary_key=True)


class SubscriptionChangeRow(Base, table=True):
    """One version of a subscription, as published: `body` is the event's very text."""

    __tablename__ = "subscription_changes"
    __table_args__ = (Index("subscription_changes_by_cause", "cause_event_id"),)

    subscription_id: str = Field(sa_type=Text, primary_key=True)
    version: int = Field(sa_type=Integer, primary_key=True)
    cause_event_id: str = Field(sa_type=Text)
    occurred_at: datetime = Field(sa_type=INSTANT)
    body: str = Field(sa_type=JSON)


class SubscriptionTimelineRow(Base, table=True):
    """What an event did to its subscription, in words; `line` keeps the sequence in which events took effect."""

    __tablename__ = "subscription_timeline"
    __table_args__ = (
        Index("subscription_timeline_by_subscription", "stripe_subscription_id", "line"),
        Index("subscription_timeline_by_invoice", "invoice_id"),
    )

    line: int | None = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)])
    event_id: str = Field(sa_type=Text)
    event_type: str = Field(sa_type=Text)
    stripe_subscription_id: str | None = Field(sa_type=Text)
    invoice_id: str | None = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    version: int | None = Field(sa_type=Integer)
    occurred_at: datetime = Field(sa_type=INSTANT)
    recorded_at: datetime = Field(sa_type=INSTANT)
