"""Subscriptions and what they are made of: locked and read before a batch is folded, written after it.

A subscription's facts are locked after all orders; its invoices and its own row change only under that lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from order_service import bulk
from order_service import subscription_rows as rows
from order_service.invoice import Invoice, InvoicePayment
from order_service.postgres import Connection
from order_service.subscription import Subscription
from order_service.subscription_fold import KnownSubscription, SubscriptionBooks
from order_service.subscription_tables import InvoicePaymentRow, InvoiceRow, SubscriptionFactsRow, SubscriptionRow
from order_service.tables import table
from order_service.told import Told

LOCK_FACTS = """
    SELECT * FROM subscription_facts WHERE stripe_subscription_id = ANY($1::text[])
    ORDER BY stripe_subscription_id FOR UPDATE"""
INVOICES_OF = "SELECT * FROM invoices WHERE stripe_subscription_id = ANY($1::text[])"
LAST_VERSIONS = """
    SELECT subscription_id, body ->> 'stripe_subscription_id' AS stripe_subscription_id, max(version) AS version
    FROM subscription_changes WHERE body ->> 'stripe_subscription_id' = ANY($1::text[]) GROUP BY 1, 2"""
SUBSCRIPTIONS_OF = "SELECT * FROM subscriptions WHERE stripe_subscription_id = ANY($1::text[])"
OWNERS = "SELECT subscription_id, stripe_subscription_id FROM subscriptions WHERE subscription_id = ANY($1::text[])"
OWNERS_OF_INVOICES = "SELECT invoice_id, stripe_subscription_id FROM invoices WHERE invoice_id = ANY($1::text[])"

FACTS = bulk.insert(table(SubscriptionFactsRow)), bulk.upsert(table(SubscriptionFactsRow))
SUBSCRIPTIONS = bulk.insert(table(SubscriptionRow)), bulk.upsert(table(SubscriptionRow), keep=["created_at"])
WRITE_INVOICES = bulk.upsert(table(InvoiceRow))
NOTE_PAYMENTS = bulk.insert(table(InvoicePaymentRow))


async def open_subscription_books(connection: Connection, told: Iterable[Told], merchant_id: str) -> SubscriptionBooks:
    """Lock the subscriptions that these events are about, and read what is known of them."""
    books = SubscriptionBooks(merchant_id)
    facts = [fact for one in told for fact in one.billing]
    subscriptions = [fact for fact in facts if isinstance(fact, Subscription)]
    if stripe_ids := sorted({fact.stripe_id for fact in subscriptions}):
        await _read_subscriptions(connection, books, stripe_ids)
    if names := sorted({fact.naming.subscription_id for fact in subscriptions if fact.naming} - {""}):
        books.owners.update([(name, owner) for name, owner in await connection.fetch(OWNERS, names)])
    if invoice_ids := sorted({fact.invoice_id for fact in facts if isinstance(fact, InvoicePayment)}):
        owners = await connection.fetch(OWNERS_OF_INVOICES, invoice_ids)
        books.invoices.update([(invoice_id, owner) for invoice_id, owner in owners])
    return books


async def _read_subscriptions(connection: Connection, books: SubscriptionBooks, stripe_ids: Sequence[str]) -> None:
    facts = {
        row["stripe_subscription_id"]: rows.facts_of(row) for row in await connection.fetch(LOCK_FACTS, stripe_ids)
    }
    if not facts:
        return
    invoices: dict[str, dict[str, Invoice]] = {stripe_id: {} for stripe_id in facts}
    for row in await connection.fetch(INVOICES_OF, [*facts]):
        invoices[row["stripe_subscription_id"]][row["invoice_id"]] = rows.invoice_of(row)
    whole = {key: replace(known, invoices=invoices[key]) for key, known in facts.items()}
    books.known.update((key, KnownSubscription(known)) for key, known in whole.items())
    for row in await connection.fetch(SUBSCRIPTIONS_OF, [*facts]):
        stripe_id = row["stripe_subscription_id"]
        books.known[stripe_id] = rows.known_subscription(whole[stripe_id], row)


async def open_as_they_stand(connection: Connection, stripe_ids: Sequence[str], merchant_id: str) -> SubscriptionBooks:
    """Lock subscriptions and read what is known of them now; one whose row is missing goes on from its last change."""
    books = SubscriptionBooks(merchant_id)
    await _read_subscriptions(connection, books, stripe_ids)
    for row in await connection.fetch(LAST_VERSIONS, stripe_ids):
        one = books.known.get(row["stripe_subscription_id"])
        if one:
            version = max(one.version, row["version"])
            books.known[one.subscription.stripe_id] = replace(
                one, subscription_id=row["subscription_id"], version=version
            )
    return books


async def write_subscription_books(connection: Connection, books: SubscriptionBooks, now: datetime) -> None:
    """Write what is new in the books. Raises Overtaken if somebody else created one of these rows meanwhile."""
    known = books.known
    facts = {key: rows.facts_row(known[key].subscription) for key in sorted(books.new_facts)}
    await bulk.write(connection, facts, created=books.created_facts, by=FACTS)
    subscriptions = {key: rows.subscription_row(known[key], now) for key in sorted(books.new_versions)}
    await bulk.write(connection, subscriptions, created=books.created, by=SUBSCRIPTIONS)
    invoices = [rows.invoice_row(key, known[key].subscription.invoices[one]) for key, one in sorted(books.new_invoices)]
    if invoices:
        await connection.execute(*WRITE_INVOICES.of(invoices))
    if books.payments:
        await connection.execute(*NOTE_PAYMENTS.of(sorted(books.payments)))
