"""`python -m order_service.diagram`: an order's life as a Mermaid diagram, drawn from the tables that decide it."""

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise
from typing import TypeVar

from order_service import payment_facts
from order_service.statuses import (
    DISPUTE,
    DISPUTE_MEANING,
    ORDER,
    PAYMENT,
    PAYMENT_MEANING,
    REFUND,
    SESSION,
    SESSION_MEANING,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
    SessionStatus,
)

UNDER_WAY = "under_way"
EVENTS: Mapping[PaymentStatus, str] = {status: event for event, status in payment_facts.TYPES.items()}
GIVEN_BACK = "partially_refunded, or refunded if all of it"
S = TypeVar("S", SessionStatus, RefundStatus)


def diagram() -> str:
    """Mermaid's text, one line a statement."""
    parts = _payments(), _sessions(), _refunds(), _disputes(), _precedence()
    return "\n".join(["stateDiagram-v2", *(line for part in parts for line in part)]) + "\n"


def _payments() -> Iterator[str]:
    """What one payment makes of its order: of the statuses under way the later wins, a final one beats them all."""
    told = sorted(EVENTS, key=lambda status: (PAYMENT[status].final, list(PAYMENT).index(status)))
    final = [status for status in told if PAYMENT[status].final]
    yield f'    state "one payment: the later attempt wins" as {UNDER_WAY} {{'
    yield from (f"        {_shown(one)}: {_shown(one)} by {EVENTS[one]}" for one in told if one not in final)
    yield "    }"
    yield f"    [*] --> {UNDER_WAY}"
    for number, status in enumerate(final):
        for lower in (UNDER_WAY, *map(_shown, final[:number])):
            yield f"    {lower} --> {_shown(status)}: {EVENTS[status]}"


def _sessions() -> Iterator[str]:
    """What a hosted Checkout Session makes of its order."""
    yield from _ladder("session", SESSION)
    yield from (f"    session_{one}: session {one} ({SESSION_MEANING[one]})" for one in _by_rank(SESSION))


def _refunds() -> Iterator[str]:
    """What a refund makes of its payment's order."""
    yield "    paid --> refund_pending: refund.created"
    yield from _ladder("refund", REFUND)
    for one in _by_rank(REFUND):
        meaning = GIVEN_BACK if one is RefundStatus.SUCCEEDED else "paid"
        yield f"    refund_{one}: refund {one} ({meaning})"


def _disputes() -> Iterator[str]:
    """What a dispute makes of its payment's order: a stage beats those before it, in each the later status."""
    by_stage = sorted(DISPUTE, key=lambda status: DISPUTE[status])
    stages = [list(group) for _, group in groupby(by_stage, key=lambda status: DISPUTE[status].stage)]
    for number, stage in enumerate(stages):
        yield f'    state "dispute, stage {number}: the later status wins" as dispute_stage_{number} {{'
        yield from (f"        dispute_{one}: {one} ({_meaning(one)})" for one in stage)
        yield "    }"
    yield "    paid --> dispute_stage_0: charge.dispute.created"
    yield from (f"    dispute_stage_{n} --> dispute_stage_{n + 1}: beaten by" for n in range(len(stages) - 1))


def _precedence() -> Iterator[str]:
    yield f"    note right of {UNDER_WAY}"
    yield "        Of several payments, sessions, refunds and disputes the first of these counts:"
    yield f"        {', '.join(ORDER)}"
    yield "        (a session whose payment is canceled or paid no longer counts, except that it expired)"
    yield "    end note"


def _ladder(noun: str, ranks: Mapping[S, int]) -> Iterator[str]:
    for lower, higher in pairwise(_by_rank(ranks)):
        yield f"    {noun}_{lower} --> {noun}_{higher}: beaten by"


def _by_rank(ranks: Mapping[S, int]) -> list[S]:
    return sorted(ranks, key=lambda status: ranks[status])


def _shown(status: PaymentStatus) -> str:
    return str(PAYMENT_MEANING[status])


def _meaning(status: DisputeStatus) -> str:
    return DISPUTE_MEANING[status] or "as without it"


if __name__ == "__main__":
    sys.stdout.write(diagram())
