"""All that the API can do: the operations of each noun."""

from stripe_sim import (
    balance_transactions,
    charges,
    checkout_sessions,
    connected_accounts,
    customers,
    disputes,
    early_fraud_warnings,
    event_destinations,
    events,
    invoice_payments,
    invoices,
    payment_intents,
    payment_methods,
    prices,
    products,
    refunds,
    saved_payment_methods,
    setup_attempts,
    setup_intents,
    subscriptions,
    test_clocks,
    v2_events,
    webhook_endpoints,
)
from stripe_sim.operations import Operation

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
