"""`python -m order_service.subscription_diagram`: a subscription's life as a Mermaid diagram, drawn from its tables."""

import sys
from collections.abc import Iterator
from itertools import pairwise

from order_service import invoice_facts
from order_service.subscription_statuses import INVOICE, SUBSCRIPTION
from tillstream_contracts import InvoiceStatus

UNDER_WAY = "under_way"


def diagram() -> str:
    """Mermaid's text, one line a statement."""
    return "\n".join(["stateDiagram-v2", *_subscription(), *_invoices()]) + "\n"


def _subscription() -> Iterator[str]:
    """Of the statuses under way the later second wins, a final one beats them all."""
    final = sorted((one for one in SUBSCRIPTION if SUBSCRIPTION[one].final), key=lambda one: SUBSCRIPTION[one].final)
    under_way = sorted((one for one in SUBSCRIPTION if one not in final), key=lambda one: SUBSCRIPTION[one].in_second)
    yield f'    state "a subscription: the later second wins" as {UNDER_WAY} {{'
    yield from (f"        {one}" for one in under_way)
    yield "    }"
    yield f"    [*] --> {UNDER_WAY}"
    for number, status in enumerate(final):
        yield from (f"    {lower} --> {status}: beaten by" for lower in (UNDER_WAY, *final[:number]))
    yield f"    note right of {UNDER_WAY}"
    yield "        Within one second events stand in a row by what each says was before, else by this:"
    yield f"        {', '.join(under_way)}"
    yield "    end note"


def _invoices() -> Iterator[str]:
    """What became of an invoice: a later step beats those before it, whatever the clock says."""
    by_rank = sorted(INVOICE, key=lambda status: INVOICE[status])
    yield from (f"    invoice_{lower} --> invoice_{higher}: beaten by" for lower, higher in pairwise(by_rank))
    yield from (f"    invoice_{one}: invoice {one} ({_meaning(one)})" for one in by_rank)


def _meaning(status: InvoiceStatus) -> str:
    if status is InvoiceStatus.NOTHING_DUE:
        return "paid, without any money"
    return ", ".join(sorted(event for event, meant in invoice_facts.TYPES.items() if meant is status))


if __name__ == "__main__":
    sys.stdout.write(diagram())
