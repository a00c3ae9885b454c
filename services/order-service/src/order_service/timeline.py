"""An event's line in the timeline of its order: what it did, and why, in words."""

from dataclasses import dataclass
from enum import StrEnum

from order_service.told import Told
from tillstream_contracts import OrderStatus


class Outcome(StrEnum):
    """What an event did. That a copy did nothing (`duplicate`) and what was `parked` is known elsewhere."""

    APPLIED = "applied"
    HEALED = "healed"
    """It changed something, and did not come from Stripe by itself, but was fetched from there."""
    OUT_OF_DATE = "out_of_date"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Line:
    """An event's line in the timeline of its order."""

    told: Told
    order_id: str | None
    outcome: Outcome
    reason: str
    version: int | None


INVOICED = "it pays an invoice, and no order"
UNMATCHED = "it names no order of ours and is kept as an unmatched payment"
NOT_OURS = "Orders do not depend on this event."


def ignored(told: Told) -> Line:
    """Nothing depends on it."""
    return Line(told, told.order_id, Outcome.IGNORED, told.note or _sentence(told.words) or NOT_OURS, None)


def applied(told: Told, order_id: str | None, effect: str, version: int | None) -> Line:
    """It took effect."""
    outcome = Outcome.HEALED if (told.observed or told.heals) and version else Outcome.APPLIED
    return Line(told, order_id, outcome, told.note or _sentence(told.words, effect), version)


def out_of_date(told: Told, order_id: str | None, known: str) -> Line:
    """Something `known` overrides it."""
    effect = f"something later was known already{known and ': '}{known}"
    return Line(told, order_id, Outcome.OUT_OF_DATE, told.note or _sentence(told.words, effect), None)


def effect(previous: OrderStatus | None, status: OrderStatus, *, is_new: bool) -> str:
    """What became of the order."""
    if not is_new:
        return f"the order stays {status}"
    if previous == status:
        return f"the order stays {status}, its amounts or flags changed"
    return f"the order is {status} now"


def _sentence(*clauses: str) -> str:
    said = "; ".join(clause for clause in clauses if clause)
    return f"{said[0].upper()}{said[1:].rstrip('.')}." if said else ""
