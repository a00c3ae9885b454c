"""At intent-api: one key is one order and one PaymentIntent, however often it is sent."""

from collections import defaultdict
from collections.abc import Iterable

from chaos.judging.evidence import Evidence
from chaos.judging.verdict import Check, promise


def placing_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of orders that were placed through the API."""
    yield _one_order_each(evidence)
    yield _all_were_placed(evidence)


def _one_order_each(evidence: Evidence) -> Check:
    made: dict[int, set[tuple[str | None, str | None]]] = defaultdict(set)
    for call in evidence.placed:
        if call.outcome == "ok":
            made[call.life].add((call.order_id, call.payment_intent_id))
    wrong = (
        f"life {life} was answered {len(found)} different things" for life, found in made.items() if len(found) > 1
    )
    return promise("one key gave one order and one PaymentIntent", len(evidence.placed), wrong, may_be_of_nothing=True)


def _all_were_placed(evidence: Evidence) -> Check:
    answered = {call.life for call in evidence.placed if call.outcome == "ok"}
    meant = {life.number for life in evidence.lives if life.through_intent_api}
    missing = (f"life {number} was never answered" for number in meant - answered)
    return promise("every order could be placed in the end", len(meant), missing, may_be_of_nothing=True)
