"""The route over ASGI: what is answered, and what reaches Kafka."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from webhook_ingest.records import NotStored

Service = Any
Until = Callable[[Callable[[], object]], Awaitable[None]]
RUBBISH = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.shows("POST /webhooks/stripe")
async def test_event_is_written_untouched_with_its_key_and_headers(
    service: Service, event: Callable[..., bytes]
) -> None:
    body = event(created=1_767_225_600) + b"  \n"
    answer = await service.deliver(body)
    assert (answer.status, answer.body) == (200, {"received": True})
    [record] = service.kafka.records()
    assert (record.key, record.value) == (b"pi_1", body)
    headers = dict(record.headers)
    assert headers.pop("ce_recordedtime").endswith(b"Z")
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": b"evt_1",
        "ce_source": b"tillstream/webhook-ingest",
        "ce_type": b"payment_intent.succeeded",
        "ce_time": b"2026-01-01T00:00:00Z",
        "ce_partitionkey": b"pi_1",
        "ce_stripeendpoint": b"default",
        "content-type": b"application/json",
    }


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "signature_missing"),
        ([b""], "signature_missing"),
        ([b"rubbish"], "signature_malformed"),
        ([b"t=1,v1=0", b"t=1,v1=0"], "signature_malformed"),
        ([b"t=1,v1=" + b"0" * 5000], "signature_malformed"),
        ([b"t=1,v1=0"], "timestamp_out_of_tolerance"),
    ],
)
async def test_a_bad_header_is_named(service: Service, headers: list[bytes], code: str) -> None:
    answer = await service.post([(b"stripe-signature", header) for header in headers], [b"{}"])
    assert (answer.status, answer.body["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["request_id"] == answer.headers["x-request-id"]
    assert service.kafka.written == []
    assert service.count(code) == 1


async def test_another_secret_is_a_mismatch_and_a_rolled_one_still_counts(
    service: Service, event: Callable[..., bytes]
) -> None:
    assert (await service.deliver(event(), secret="whsec_other")).body["code"] == "signature_mismatch"
    assert (await service.deliver(event(), secret="whsec_old")).status == 200


async def test_a_signed_body_that_is_no_event_is_refused(service: Service) -> None:
    answer = await service.deliver(b'{"id": "evt_1"}')
    assert (answer.status, answer.body["code"]) == (400, "body_not_an_event")
    assert "`type`" in answer.body["detail"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_told_which_one(service: Service, method: str) -> None:
    answer = await service.post([], [], method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("declared", [b"5000000", b"99999999999999999999", b"9" * 5000, b"0" * 5000, b"-1", b"x", None])
async def test_a_body_too_large_is_413_whatever_its_length_claims_to_be(
    service: Service, declared: bytes | None
) -> None:
    headers = [(b"stripe-signature", b"t=1,v1=0")]
    if declared:
        headers.append((b"content-length", declared))
    answer = await service.post(headers, [b"x" * 65_536] * 40)
    assert (answer.status, answer.body["code"]) == (413, "body_too_large")
    assert answer.headers["connection"] == "close"


async def test_the_largest_body_is_taken_and_one_byte_more_is_not(
    make_service: Callable[..., Service], event: Callable[..., bytes]
) -> None:
    service = make_service(max_body_bytes=2_000)
    body = event().ljust(2_000)
    assert (await service.deliver(body)).status == 200
    assert (await service.deliver(body + b" ")).status == 413


async def test_a_body_that_does_not_come_ends_in_408(make_service: Callable[..., Service]) -> None:
    service = make_service(read_timeout=timedelta(milliseconds=20))
    never = asyncio.Event()
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await never.wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/stripe",
        "headers": [(b"stripe-signature", b"t=1,v1=0")],
    }
    await service.app(scope, receive, send)
    assert answered[0]["status"] == 408
    assert service.room.requests == 0


async def test_a_caller_that_goes_away_is_counted_and_leaves_nothing(service: Service) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/stripe",
        "headers": [(b"stripe-signature", b"t=1,v1=0")],
    }
    await service.app(scope, receive, send)
    assert service.count("disconnected") == 1
    assert (service.room.requests, service.room.size) == (0, 0)


@pytest.mark.parametrize("error", [NotStored("no"), ValueError("surprise")])
async def test_a_failed_write_is_503_with_retry_after(
    service: Service, event: Callable[..., bytes], error: Exception
) -> None:
    service.kafka.error = error
    answer = await service.deliver(event())
    assert (answer.status, answer.body["code"], answer.headers["retry-after"]) == (503, "not_stored", "5")
    assert service.count("stored") == 0


async def test_a_write_that_never_ends_is_503_in_time(
    make_service: Callable[..., Service], event: Callable[..., bytes]
) -> None:
    service = make_service(write_timeout=timedelta(milliseconds=50))
    service.kafka.open.clear()
    answer = await service.deliver(event())
    assert (answer.status, answer.body["code"]) == (503, "not_stored")
    service.kafka.open.set()
    assert (await service.deliver(event(2))).status == 200


@pytest.mark.parametrize("limits", [{"max_in_flight": 2}, {"max_in_flight_bytes": 1_000_000}])
async def test_what_does_not_fit_is_turned_away_and_room_comes_back(
    make_service: Callable[..., Service], event: Callable[..., bytes], until: Until, limits: dict[str, int]
) -> None:
    service = make_service(**limits)
    service.kafka.open.clear()
    waiting = [asyncio.create_task(service.deliver(event(number).ljust(400_000))) for number in range(2)]
    await until(lambda: service.room.size >= 800_000)
    answer = await service.deliver(event(3).ljust(400_000))
    assert (answer.status, answer.body["code"], answer.headers["retry-after"]) == (503, "overloaded", "5")
    service.kafka.open.set()
    assert [answered.status for answered in await asyncio.gather(*waiting)] == [200, 200]
    assert (service.room.requests, service.room.size) == (0, 0)
    assert (await service.deliver(event(4))).status == 200


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"stripe-signature", b"content-length", b"content-type", b"x-request-id", b"transfer-encoding"]
        )
        | st.binary(max_size=10),
        st.binary(max_size=80) | st.sampled_from([b"t=1,v1=0", b"9" * 5000, "²".encode("latin-1"), b"1000001"]),
    ),
    max_size=5,
)


@given(headers=HEADERS, chunks=st.lists(st.binary(max_size=200), max_size=4))
@example(headers=[(b"content-length", "²".encode("latin-1")), (b"stripe-signature", b"t=1,v1=0")], chunks=[b""])
@RUBBISH
async def test_any_bytes_are_answered_400_or_413(make_service: Any, headers: Any, chunks: list[bytes]) -> None:
    answer = await make_service().post(headers, chunks)
    assert answer.status in {400, 413}
    assert answer.body["code"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = {
    "id": JSON | st.just("evt_1"),
    "type": JSON | st.just("a.b"),
    "created": JSON | st.integers(0, 2**33) | st.datetimes().map(str),
}


@given(
    body=st.binary(max_size=100)
    | st.fixed_dictionaries(FIELDS, optional={"data": JSON}).map(lambda x: json.dumps(x).encode())
)
@RUBBISH
async def test_any_signed_body_is_stored_or_refused_and_what_is_stored_is_sane(make_service: Any, body: bytes) -> None:
    service = make_service()
    answer = await service.deliver(body)
    assert answer.status in {200, 400}
    for record in service.kafka.records():
        assert record.key.isascii()
        assert all(value.decode().isprintable() and len(value) <= 255 for _, value in record.headers)
