"""Each promise is kept by a good run, and broken by exactly the evidence that breaks it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from chaos.judging.evidence import Aftermath, Change, Database, Evidence, Frame, Line, Record, State
from chaos.judging.frames_side import read_frames, read_watched
from chaos.judging.judge import verdict_on
from chaos.judging.verdict import promise
from chaos.mutants import MUTANTS
from chaos.stripe import Event, Expected, Life
from chaos.stripe.journal import Attempt, Order
from tillstream_contracts import TOPICS

ORDER = "ord_1"
PAID, REFUNDED, DROPPED, FORGED = "evt_paid", "evt_refunded", "evt_dropped", "evt_forged"
STATE = State("refunded", 500, 500, 500, 0, "eur")


def body_of(version: int, cause: str) -> bytes:
    return orjson.dumps({"order_id": ORDER, "version": version, "cause": {"event_id": cause}})


def status_record(offset: int, version: int, cause: str, *, also: bytes = b"") -> Record:
    return Record(0, offset, ORDER, f"{ORDER}.v{version}", "tillstream/order-service", body_of(version, cause) + also)


def event_body(event_id: str) -> bytes:
    return orjson.dumps({"id": event_id, "data": {"object": {"id": "pi_1"}}})


def event_record(offset: int, event_id: str, value: bytes | None = None) -> Record:
    return Record(0, offset, "pi_1", event_id, "tillstream/webhook-ingest", value or event_body(event_id))


def healed_record(offset: int, event_id: str, value: bytes | None = None, *, way: str = "listed") -> Record:
    return Record(0, offset, "pi_1", event_id, "tillstream/order-service", value or event_body(event_id), way)


def attempt(event_id: str, *, ok: bool = True, forged: bool = False) -> Attempt:
    return Attempt(1.0, event_id, 1, forged, "ok" if ok else "refused", 200 if ok else 400)


def placed(order_id: str = ORDER, payment_id: str = "pi_1") -> Order:
    return Order(1.0, 1, 1, "ok", 200, order_id, payment_id)


def frame(version: int, kind: str = "status", *, connection: int = 1, status: str = "refunded") -> Frame:
    return Frame("client-1", connection, ORDER, kind, version, status)


def good_run() -> Evidence:
    """An order that is paid and refunded, told of as it should be; one event is sent twice and healed in vain besides,
    one is never sent, one is forged.
    """
    events = (
        *(Event(event_id, "any", 1, event_body(event_id)) for event_id in (PAID, REFUNDED)),
        Event(DROPPED, "any", 1, event_body(DROPPED), dropped=True),
    )
    expected = Expected("order", ORDER, "refunded", amount=500, captured=500, refunded=500)
    database = Database(
        orders={ORDER: STATE},
        subscriptions={},
        unmatched={},
        versions={ORDER: 2},
        changes=[Change(ORDER, 1, PAID, body_of(1, PAID)), Change(ORDER, 2, REFUNDED, body_of(2, REFUNDED))],
        lines=[Line(PAID, "order ord_1", "applied"), Line(REFUNDED, "order ord_1", "applied")],
        taken_in=frozenset({PAID, REFUNDED, DROPPED}),
    )
    topics: dict[str, list[Record]] = {topic.name: [] for topic in TOPICS}
    topics["stripe.events.v1"] = [
        *(event_record(0, PAID), event_record(1, REFUNDED), event_record(2, PAID)),
        *(
            healed_record(3, DROPPED),
            healed_record(4, PAID),
            healed_record(5, "pi_1.seen.1", event_body("evt"), way="refetched"),
        ),
    ]
    topics["orders.status.v1"] = [status_record(0, 1, PAID), status_record(1, 2, REFUNDED), status_record(2, 1, PAID)]
    return Evidence(
        lives=[Life(1, "key", "refunded", events, expected, through_intent_api=True)],
        attempts=[attempt(PAID), attempt(REFUNDED), attempt(PAID), attempt(FORGED, ok=False, forged=True)],
        placed=[placed(), placed()],
        topics=topics,
        database=database,
        answers={ORDER: STATE},
        frames=[frame(1, "snapshot", status="paid"), frame(2), frame(2, "snapshot", connection=2)],
        watched={"client-1": ORDER},
        aftermath=Aftermath(3.0, 0),
    )


def with_topic(name: str, *records: Record) -> Evidence:
    run = good_run()
    return replace(run, topics={**run.topics, name: list(records)})


def with_database(**changed: Any) -> Evidence:
    run = good_run()
    return replace(run, database=replace(run.database, **changed))


EVENTS, STATUS = "stripe.events.v1", "orders.status.v1"
RUN = good_run()
V1, V2 = status_record(0, 1, PAID), status_record(1, 2, REFUNDED)
LINES, CHANGES = RUN.database.lines, RUN.database.changes
OTHER = replace(STATE, captured=1000)

BROKEN = {
    "an acknowledged event is not in Kafka": (
        with_topic(EVENTS, event_record(0, REFUNDED), healed_record(1, PAID)),
        "every acknowledged event is in Kafka, byte for byte",
    ),
    "an acknowledged event is in Kafka with other bytes": (
        with_topic(EVENTS, event_record(0, PAID, b"other"), event_record(1, REFUNDED)),
        "every acknowledged event is in Kafka, byte for byte",
    ),
    "an event was never acknowledged": (
        replace(RUN, attempts=[attempt(PAID), attempt(REFUNDED, ok=False)]),
        "every event was acknowledged in the end",
    ),
    "a forged event was answered 200": (
        replace(RUN, attempts=[*RUN.attempts, attempt(FORGED, forged=True)]),
        "no forged event was accepted",
    ),
    "a forged event is in Kafka": (
        with_topic(EVENTS, *RUN.topics[EVENTS], event_record(3, FORGED)),
        "no forged event was accepted",
    ),
    "an event of nobody's is in Kafka": (
        with_topic(EVENTS, *RUN.topics[EVENTS], event_record(3, "evt_nobody")),
        "nothing is in Kafka that Stripe did not send",
    ),
    "a healed event says what Stripe did not": (
        with_topic(EVENTS, *RUN.topics[EVENTS], healed_record(6, REFUNDED, b'{"id": "evt_refunded"}')),
        "nothing is in Kafka that Stripe did not send",
    ),
    "an object of nobody's was looked at": (
        with_topic(
            EVENTS,
            *RUN.topics[EVENTS],
            healed_record(6, "pi_2.seen.1", b'{"data": {"object": {"id": "pi_2"}}}', way="refetched"),
        ),
        "nothing is in Kafka that Stripe did not send",
    ),
    "an event that was never posted was not found": (
        with_topic(EVENTS, event_record(0, PAID), event_record(1, REFUNDED)),
        "what was never posted is healed from Stripe's list",
    ),
    "an event that had come took effect only when it was healed": (
        with_database(lines=[Line(PAID, "order ord_1", "healed"), *LINES[1:]]),
        "what Kafka had already did not need healing",
    ),
    "a key gave two orders": (
        replace(RUN, placed=[placed(), placed("ord_2")]),
        "one key gave one order and one PaymentIntent",
    ),
    "a key gave two PaymentIntents": (
        replace(RUN, placed=[placed(), placed(payment_id="pi_2")]),
        "one key gave one order and one PaymentIntent",
    ),
    "an order could not be placed": (replace(RUN, placed=[]), "every order could be placed in the end"),
    "an order is missing": (with_database(orders={}), "PostgreSQL holds the final states of the model"),
    "an order has another amount": (
        with_database(orders={ORDER: OTHER}),
        "PostgreSQL holds the final states of the model",
    ),
    "the API answers another amount": (
        replace(RUN, answers={ORDER: OTHER}),
        "the API answers the final states of the model",
    ),
    "the API does not answer": (
        replace(RUN, answers={ORDER: "answered 503"}),
        "the API answers the final states of the model",
    ),
    "there is an order of nobody's": (
        with_database(orders={ORDER: STATE, "ord_2": STATE}),
        "there is no order, subscription or payment of nobody's",
    ),
    "there is unmatched money of nobody's": (
        with_database(unmatched={"pi_2": STATE}),
        "there is no order, subscription or payment of nobody's",
    ),
    "an event was passed over": (with_database(taken_in=frozenset({PAID})), "every event was taken in"),
    "an event has two lines": (
        with_database(lines=[*LINES, Line(PAID, "order ord_1", "out_of_date")]),
        "each event has one line in a timeline",
    ),
    "an event made two versions": (
        with_database(changes=[*CHANGES, Change(ORDER, 3, PAID, b"")]),
        "each event made at most one version",
    ),
    "an event was told of as two versions": (
        with_topic(STATUS, V1, V2, status_record(2, 3, PAID)),
        "each event was told of as at most one version",
    ),
    "a stored version is missing": (with_database(changes=[CHANGES[1]]), "stored versions have no gaps"),
    "a version was published with two bodies": (
        with_topic(STATUS, V1, V2, status_record(2, 2, REFUNDED, also=b" ")),
        "a version was never published with another content",
    ),
    "a version was not published": (with_topic(STATUS, V1), "all that is stored was published, and nothing else"),
    "a version was published that is not stored": (
        with_database(changes=[CHANGES[0]]),
        "all that is stored was published, and nothing else",
    ),
    "a version was published otherwise than stored": (
        with_topic(STATUS, V1, status_record(1, 2, REFUNDED, also=b" ")),
        "all that is stored was published, and nothing else",
    ),
    "a later version was published first": (
        with_topic(STATUS, V2, V1),
        "versions were first published in their order",
    ),
    "a version goes back at a client": (
        replace(RUN, frames=[frame(1, "snapshot"), frame(2), frame(1), frame(2)]),
        "at no client a version goes back or comes twice",
    ),
    "a version comes twice at a client": (
        replace(RUN, frames=[frame(1, "snapshot"), frame(2), frame(2)]),
        "at no client a version goes back or comes twice",
    ),
    "a snapshot is older than what another connection told": (
        replace(RUN, frames=[frame(2, "snapshot"), frame(1, "snapshot", connection=2), frame(2, connection=2)]),
        "at no client a version goes back or comes twice",
    ),
    "a version is left out within a connection": (
        replace(RUN, frames=[frame(0, "snapshot"), frame(2)]),
        "within a connection no version is left out",
    ),
    "a client was told something before its snapshot": (
        replace(RUN, frames=[frame(2)]),
        "within a connection no version is left out",
    ),
    "a client was told nothing": (replace(RUN, frames=[]), "every client ends on the final state"),
    "a client ends on an older version": (
        replace(RUN, frames=[frame(1, "snapshot", status="paid")]),
        "every client ends on the final state",
    ),
    "lag stays": (replace(RUN, aftermath=Aftermath(None, 7)), "nothing waits in Kafka 60 s after the faults"),
    "lag stays too long": (replace(RUN, aftermath=Aftermath(61.0, 0)), "nothing waits in Kafka 60 s after the faults"),
    "a process is not ready": (
        replace(RUN, aftermath=Aftermath(1.0, 0, ("notifier-1",))),
        "every process is ready",
    ),
    "a record was parked in Kafka": (
        with_topic("stripe.events.v1.parked", event_record(0, PAID)),
        "no record was parked",
    ),
    "a parked record is noted": (with_database(parked=("stripe.events.v1/0/7",)), "no record was parked"),
    "a transaction is left open": (with_database(idle_in_transaction=("7",)), "no transaction is left open"),
}


def test_a_good_run_breaks_no_promise() -> None:
    verdict = verdict_on(RUN)
    assert verdict.ok, verdict.broken
    assert all(check.counted for check in verdict.checks), "each promise is about something"


@pytest.mark.parametrize(("evidence", "broken"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_promise_is_found(evidence: Evidence, broken: str) -> None:
    verdict = verdict_on(evidence)
    assert broken in verdict.broken
    assert not verdict.ok
    assert next(check.detail for check in verdict.checks if check.name == broken)


def test_every_promise_is_broken_by_some_evidence() -> None:
    assert {check.name for check in verdict_on(RUN).checks} == {broken for _, broken in BROKEN.values()}


def test_an_event_that_must_change_nothing_need_not_be_taken_in() -> None:
    life = replace(RUN.lives[0], without_effect=frozenset({REFUNDED}))
    run = with_database(taken_in=frozenset({PAID, DROPPED}))
    assert "every event was taken in" not in verdict_on(replace(run, lives=[life])).broken


def test_a_promise_about_nothing_is_not_kept() -> None:
    assert not promise("any", 0, []).ok
    assert promise("any", 0, [], may_be_of_nothing=True).ok


def test_of_much_that_breaks_a_promise_the_first_are_named() -> None:
    assert promise("any", 9, [f"evt_{number}" for number in range(9)]).detail.endswith("evt_4 and 4 more")


def test_frames_are_read_as_clients_wrote_them(tmp_path: Path) -> None:
    lines = [
        {"type": "connected", "client": "c1", "order_id": ORDER, "connection": 1},
        {"type": "snapshot", "client": "c1", "order_id": ORDER, "connection": 1, "version": 1, "status": "paid"},
    ]
    path = tmp_path / "frames.jsonl"
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines) + b'{"cut sho')
    assert [(frame.client, frame.version) for frame in read_frames(path)] == [("c1", 1)]
    assert read_watched(path) == {"c1": ORDER}


def test_every_mutant_breaks_a_promise_that_is_judged() -> None:
    promises = {check.name for check in verdict_on(RUN).checks}
    assert all(mutant.caught_by and mutant.caught_by <= promises for mutant in MUTANTS)
