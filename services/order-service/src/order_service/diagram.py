"""`python -m order_service.diagram`: an order's life as a Mermaid diagram, drawn from the tables that decide it."""

import sys
from collections.abc import Iterator
from itertools import pairwise

from order_service import payment_facts
from order_service.statuses import ORDER, PAYMENT, PAYMENT_MEANING, SESSION, SESSION_MEANING, PaymentStatus

UNDER_WAY = "under_way"


def diagram() -> str:
    """Mermaid's text, one line a statement."""
    return "\n".join(["stateDiagram-v2", *_payments(), *_sessions(), *_precedence()]) + "\n"


def _payments() -> Iterator[str]:
    """What one payment makes of its order: of the statuses under way the later wins, a final one beats them all."""
    final = sorted((status for status in PAYMENT if PAYMENT[status].final), key=lambda status: PAYMENT[status].final)
    yield f'    state "one payment: the later attempt wins" as {UNDER_WAY} {{'
    yield from (
        f"        {_shown(status)}: {_shown(status)} by {_event(status)}" for status in PAYMENT if status not in final
    )
    yield "    }"
    yield f"    [*] --> {UNDER_WAY}"
    for number, status in enumerate(final):
        for lower in (UNDER_WAY, *map(_shown, final[:number])):
            yield f"    {lower} --> {_shown(status)}: {_event(status)}"


def _sessions() -> Iterator[str]:
    """What a hosted Checkout Session makes of its order."""
    by_rank = sorted(SESSION, key=lambda status: SESSION[status])
    for lower, higher in pairwise(by_rank):
        yield f"    session_{lower} --> session_{higher}: beaten by"
    yield from (f"    session_{status}: session {status} ({SESSION_MEANING[status]})" for status in by_rank)


def _precedence() -> Iterator[str]:
    yield f"    note right of {UNDER_WAY}"
    yield "        Of several payments and sessions the first of these counts:"
    yield f"        {', '.join(ORDER)}"
    yield "        (a session whose payment is canceled or paid no longer counts)"
    yield "    end note"


def _shown(status: PaymentStatus) -> str:
    return PAYMENT_MEANING[status].value


def _event(status: PaymentStatus) -> str:
    return next(event_type for event_type, told in payment_facts.TYPES.items() if told is status)


if __name__ == "__main__":
    sys.stdout.write(diagram())
