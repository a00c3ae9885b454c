"""The pure parts of the scenario of orders."""

from datetime import UTC, datetime

from bench.orders.bare import Statement, script_of, sequence
from bench.orders.facts import REPEATED, renamed, wave
from bench.orders.recording import argument


def test_as_many_records_repeat_an_event_as_said() -> None:
    told = wave(500)
    repeated = 1 - len(told.facts) / len(told.arrivals)
    assert set(told.arrivals) == set(range(len(told.facts)))
    assert abs(repeated - REPEATED) < 0.03


def test_a_wave_under_another_name_shares_no_id_and_is_otherwise_the_same() -> None:
    told = wave(60)
    one, other = told.under("aaaa"), told.under("bbbb")
    assert one.arrivals == other.arrivals == told.arrivals
    assert {fact.key for fact in one.facts}.isdisjoint(fact.key for fact in other.facts)
    assert {life.id for life in one.expected}.isdisjoint(life.id for life in other.expected)
    assert [life.status for life in one.expected] == [life.status for life in told.expected]
    assert all(fact.value.startswith(b'{\n  "id": "evt_' + one.tag.encode()) for fact in one.facts)


def test_order_ids_are_scattered_and_other_ids_are_not() -> None:
    text = b'"evt_S1N7x1", "ord_S1N7x", "ord_S1N8x"'
    event, seven, eight = renamed(text, "cc").replace(b'"', b"").split(b", ")
    assert event == b"evt_SccN7x1"
    assert (seven[12:], eight[12:]) == (b"SccN7x", b"SccN8x")
    assert seven[4:12] != eight[4:12]


def test_arguments_are_written_as_postgresql_reads_them() -> None:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    given = [moment, 7, "[{}]", (1, 2), ["a", 'b"\\'], ()]
    assert [argument(one) for one in given] == [
        ("timestamptz", "2026-11-21T00:00:00+00:00"),
        ("bigint", "7"),
        ("text", "[{}]"),
        ("bigint[]", "{1,2}"),
        ("text[]", '{"a","b\\"\\\\"}'),
        ("text[]", "{}"),
    ]


def test_a_script_says_what_the_longest_batch_says_in_its_sequence_and_asks_what_a_batch_said() -> None:
    first: Statement = ("INSERT $1::json", [("text", "[]")])
    second: Statement = ("SELECT 1", [])
    third: Statement = ("COUNT $2", [("text", ""), ("int", "1")])
    batches = [[first, third], [first, second, third]]
    places = sequence(batches)
    assert list(places) == ["INSERT $1::json", "SELECT 1", "COUNT $2"]
    lines = script_of(batches, places).splitlines()
    assert lines[2:6] == [
        "BEGIN;",
        "\\if :says_0",
        "INSERT (SELECT value FROM bench_given WHERE batch = :batch AND at = 0 AND argument = 1)::text::json;",
        "\\endif",
    ]
    assert "argument = 2)::int;" in lines[10]
    assert lines[-1] == "COMMIT;"
