"""Limits that no operator has to set: where each stands, in what unit, and what happens beyond it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Limits = tuple[tuple[str, str, str], ...]
"""Of one module: each constant's name, unit and meaning."""

FIXED: Final[Mapping[str, Limits]] = MappingProxyType(
    {
        "tillstream_operations.connections": (
            (
                "HEAD_SECONDS",
                "s",
                "To send a request's line and headers, on every HTTP service; then the connection is cut.",
            ),
            ("MAX_HEAD_BYTES", "", "Of a request's line and headers; more is answered 400 and cut."),
            (
                "MAX_CONNECTIONS",
                "",
                "Open connections of one HTTP service; the next is answered 503 with `Retry-After`, and closed.",
            ),
        ),
        "tillstream_operations.body_limit": (
            ("MAX_BODY", "", "Of a request's body on intent-api and order-service; more is answered 413."),
            ("MAX_SECONDS", "s", "To send that body; then the answer is 408."),
        ),
        "tillstream_operations.serving": (
            ("LONGEST_END", "s", "For an end in order; a process that ends itself is cut off after it."),
            (
                "KEEP_ALIVE",
                "s",
                "For which a connection without a request stays open, longer than load balancers keep it.",
            ),
        ),
        "webhook_ingest.queues": (
            ("MAX_BATCH_BYTES", "", "Of one partition's records in a request to Kafka; more go with the next."),
        ),
        "webhook_ingest.heads": (
            (
                "MAX_BYTES",
                "",
                "Of a webhook's first line and headers that goes the short way; others go through the app.",
            ),
        ),
        "webhook_ingest.bodies": (
            ("MOST_DISCARDED", "", "Of a body too large that is read all the same, so that its sender sees the 413."),
        ),
        "webhook_ingest.producer": (
            ("REQUEST_TIMEOUT", "s", "For Kafka's answer to one request; then the write has failed."),
            (
                "GIVE_UP_AFTER",
                "s",
                "For a connection, a write, or a silence; then a new producer is made.",
            ),
            ("RETIRE_WITHIN", "s", "For an old producer to close; then it is left behind."),
        ),
        "webhook_ingest.keyring": (("LARGEST_FILE", "", "Of the file of secrets; a larger one is not taken."),),
        "intent_api.app": (
            ("MOST_CALLERS", "", "Callers whose requests are counted; the one not heard of for longest is forgotten."),
        ),
        "intent_api.stripe_calls": (
            ("MAX_TRIES", "", "Of one call to Stripe; then the caller gets a problem."),
            ("MOST_LISTED", "", "Objects of one list of Stripe's; the rest is not looked at."),
        ),
        "intent_api.orders_client": (("MAX_ANSWER_BYTES", "", "Of order-service's answer; more is taken for none."),),
        "intent_api.publisher": (
            ("SILENT_AFTER", "s", "For a connection to Kafka without a word; then a new producer is made."),
            ("CLOSE_TIMEOUT", "s", "For Kafka's producer to close; then it is left behind."),
        ),
        "order_service.belt": (("LONGEST", "", "Batches under way at once; the next is not asked for."),),
        "order_service.app": (("CONSUMER_CONNECTIONS", "", "To PostgreSQL, of the consumer; more wait their turn."),),
        "order_service.intake": (
            ("FETCH_BYTES", "", "Of records that one request to Kafka brings."),
            ("PARTITION_FETCH_BYTES", "", "Of these, for one partition; at most one such piece a partition is held."),
            ("LONGEST_PAUSE", "s", "Between two tries of a batch."),
        ),
        "order_service.running": (
            ("START_SECONDS", "s", "To join the consumer group; then producer and consumer are made anew."),
        ),
        "order_service.commits": (
            ("COMMIT_SECONDS", "s", "For Kafka to note an offset; else the records come again."),
        ),
        "order_service.publisher": (
            ("LARGEST_REQUEST", "", "Of one request to Kafka; a larger record is parked without its value."),
        ),
        "order_service.shortening": (
            (
                "MOST_PAYMENTS",
                "",
                "Payments shown with an order, those with money before the newest; `shortened` tells of more.",
            ),
            ("MOST_SESSIONS", "", "Checkout Sessions shown with an order; likewise."),
            ("MOST_REFUNDS", "", "Refunds shown with an order or a payment, the newest; likewise."),
            ("MOST_DISPUTES", "", "Disputes shown with an order or a payment, the newest; likewise."),
            ("LONGEST_TIMELINE", "", "Lines shown of a timeline, the newest; likewise."),
            ("MOST_INVOICES", "", "Invoices shown with a subscription, the newest, or with a payment; likewise."),
            ("MOST_INVOICE_PAYMENTS", "", "Payments shown with all invoices of a subscription; likewise."),
        ),
        "order_service.reconciler.looking": (
            (
                "MOST_OF_ONE",
                "",
                "Payments of one order, and as many sessions, that Stripe is asked for; of others only events tell.",
            ),
        ),
        "order_service.reconciler.objects": (
            ("MOST_BESIDE", "", "Refunds of one payment, and as many disputes, that a sweep reads, the newest."),
        ),
        "order_service.migrate": (
            (
                "PATIENCE_SECONDS",
                "s",
                "For a migration to get its locks, in turns of 1.5 s; then it ends and says where to look.",
            ),
        ),
        "notifier.following": (
            (
                "HELD_LIMIT",
                "",
                "Changes held for one client while its snapshot is on its way; the oldest go, as each is whole.",
            ),
        ),
        "notifier.feed": (
            ("FETCH_BYTES", "", "Of records that one request to Kafka brings."),
            ("PARTITION_FETCH_BYTES", "", "Of these, for one partition."),
        ),
        "notifier.snapshots": (("MAX_ANSWER_BYTES", "", "Of order-service's answer; more is taken for none."),),
        "notifier.app": (
            ("BACKLOG", "", "Connections that the kernel holds until they are accepted; more are refused."),
            ("FRAMES_READ_AHEAD", "", "Of one client; the next are not read before these are."),
        ),
    }
)
