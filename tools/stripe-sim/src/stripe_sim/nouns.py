"""All that the API can do: the operations of each noun."""

from stripe_sim.billing import invoice_payments, invoices, prices, products, subscriptions, test_clocks
from stripe_sim.checkout import checkout_sessions
from stripe_sim.customers import (
    connected_accounts,
    customers,
    payment_methods,
    saved_payment_methods,
    setup_attempts,
    setup_intents,
)
from stripe_sim.events import event_destinations, events, v2_events, webhook_endpoints
from stripe_sim.http.operations import Operation
from stripe_sim.payments import balance_transactions, charges, payment_intents
from stripe_sim.reversals import disputes, early_fraud_warnings, refunds

NOUNS = (
    payment_intents,
    checkout_sessions,
    customers,
    payment_methods,
    saved_payment_methods,
    setup_intents,
    setup_attempts,
    charges,
    refunds,
    disputes,
    early_fraud_warnings,
    balance_transactions,
    events,
    products,
    prices,
    subscriptions,
    invoices,
    invoice_payments,
    test_clocks,
    webhook_endpoints,
    connected_accounts,
    event_destinations,
    v2_events,
)
OPERATIONS: tuple[Operation, ...] = tuple(operation for noun in NOUNS for operation in noun.OPERATIONS)


def operation_at(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation of a URL, and the ids in it. Raises LookupError."""
    for operation in OPERATIONS:
        ids = _ids(operation.path, path) if operation.method == method else None
        if ids is not None:
            return operation, ids
    raise LookupError(f"{method} {path}")


def _ids(template: str, path: str) -> dict[str, str] | None:
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    pairs = list(zip(wanted, given, strict=True))
    if any(part != name for part, name in pairs if not part.startswith("{")):
        return None
    return {part.strip("{}"): name for part, name in pairs if part.startswith("{")}
