"""Headers as they go into Kafka and as they come out."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tillstream_contracts import EventHeaders
from tillstream_contracts.headers import texts

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def headers(**changes: object) -> dict[str, str]:
    whole = {"id": "evt_1", "source": "tillstream/x", "type": "a.b", "time": MOMENT, "partition_key": "pi_1", **changes}
    return texts(EventHeaders(**whole).to_kafka())  # type: ignore[arg-type]  # the tests name the right types


def test_they_are_cloudevents_in_binary_mode() -> None:
    assert headers() == {
        "ce_specversion": "1.0",
        "ce_id": "evt_1",
        "ce_source": "tillstream/x",
        "ce_type": "a.b",
        "ce_time": "2026-01-01T12:00:00Z",
        "ce_partitionkey": "pi_1",
        "content-type": "application/json",
    }


def test_time_is_told_in_utc() -> None:
    eastern = MOMENT.astimezone(timezone(timedelta(hours=-5)))
    assert headers(time=eastern)["ce_time"] == "2026-01-01T12:00:00Z"


def test_trace_and_extensions_are_told_when_there_are_any() -> None:
    told = headers(traceparent="00-a-b-01", extensions=(("ce_recordedtime", "later"),))
    assert (told["traceparent"], told["ce_recordedtime"]) == ("00-a-b-01", "later")


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(event_id: str, key: str) -> None:
    told = headers(id=event_id, partition_key=key)
    assert (told["ce_id"], told["ce_partitionkey"]) == (event_id, key)


@given(st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=20))))
def test_foreign_headers_are_read_and_never_an_error(foreign: list[tuple[str, bytes | None]]) -> None:
    assert set(texts(foreign)) == {name for name, _ in foreign}
