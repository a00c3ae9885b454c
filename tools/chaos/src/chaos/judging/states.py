"""How everything ends: as the model says, by the database and by the API."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from chaos.judging.evidence import Database, Evidence, State
from chaos.judging.verdict import Check, promise
from chaos.stripe import Expected


def state_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of final states."""
    wanted = [life.expected for life in evidence.lives]
    yield _stored(evidence.database, wanted)
    yield _answered(evidence.answers, wanted)
    yield _no_others(evidence.database, wanted)


def expected_state(wanted: Expected) -> State:
    """What the model says, as the others say it."""
    flags, money = tuple(sorted(wanted.flags)), (wanted.amount, wanted.captured, wanted.refunded)
    match wanted.kind:
        case "order":
            return State(wanted.status, *money, wanted.disputed, wanted.currency, flags)
        case "subscription":
            return State(wanted.status, flags=flags, latest_invoice=wanted.latest_invoice)
        case "unmatched":
            return State(wanted.status, *money, currency=wanted.currency)
        case _:
            assert_never(wanted.kind)


def _stored(database: Database, wanted: Iterable[Expected]) -> Check:
    tables: Mapping[str, Mapping[str, State]] = {
        "order": database.orders,
        "subscription": database.subscriptions,
        "unmatched": database.unmatched,
    }
    found = {one.id: (expected_state(one), tables[one.kind].get(one.id)) for one in wanted}
    wrong = (_difference(key, model, state) for key, (model, state) in found.items() if state != model)
    return promise("PostgreSQL holds the final states of the model", len(found), wrong)


def _answered(answers: Mapping[str, State | str], wanted: Iterable[Expected]) -> Check:
    found = {one.id: (expected_state(one), answers.get(one.id)) for one in wanted}
    wrong = (_difference(key, model, state) for key, (model, state) in found.items() if state != model)
    return promise("the API answers the final states of the model", len(found), wrong)


def _no_others(database: Database, wanted: Iterable[Expected]) -> Check:
    known = {one.id for one in wanted}
    found = {*database.orders, *database.subscriptions, *database.unmatched}
    return promise("there is no order, subscription or payment of nobody's", len(found), found - known)


def _difference(key: str, model: State, found: State | str | None) -> str:
    if not isinstance(found, State):
        return f"{key} should be {model.status}, and is {found or 'not there'}"
    differs = {
        name: (getattr(found, name), getattr(model, name))
        for name in State.__slots__
        if getattr(found, name) != getattr(model, name)
    }
    return f"{key}: " + ", ".join(f"{name} is {there}, should be {right}" for name, (there, right) in differs.items())
