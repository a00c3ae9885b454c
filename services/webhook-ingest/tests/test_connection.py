"""The short way of a webhook that arrives whole, over real sockets; and that all else still goes through the app."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from webhook_ingest import connection
from webhook_ingest.connection import WebhookConnection
from webhook_ingest.records import NotStored
from webhook_ingest.webhook import PATH

Service = Any
Until = Any


@dataclass
class Line:
    """One connection of a sender."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body of the next answer."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            status = int(head[0].split()[1])
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return status, headers, json.loads(body) if body else None

    async def ends(self) -> None:
        """Return once the server has closed."""
        async with asyncio.timeout(3):
            assert await self.reader.read() == b""


@dataclass
class Serving:
    """A server with the short way."""

    port: int
    service: Service
    in_app: list[str]
    """What the ASGI app was asked for."""
    server: uvicorn.Server

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        yield Line(reader, writer)
        writer.close()


def request(body: bytes, signature: bytes, *headers: str, path: str = PATH, version: str = "1.1") -> bytes:
    lines = [f"POST {path} HTTP/{version}", "Host: here", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\nStripe-Signature: " + signature + b"\r\n\r\n" + body


@pytest.fixture
async def serving(make_service: Callable[..., Service], request: pytest.FixtureRequest) -> AsyncIterator[Serving]:
    settings = dict(getattr(request, "param", {}))
    keep_alive = settings.pop("keep_alive", 60)
    service = make_service(**settings)
    in_app: list[str] = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        in_app.append(scope["path"])
        await service.app(scope, receive, send)

    noting.state = service.app.state  # type: ignore[attr-defined]  # where the connection looks
    config = uvicorn.Config(
        noting, port=0, http=WebhookConnection, log_config=None, lifespan="off", timeout_keep_alive=keep_alive
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  # uvicorn tells nobody
            await asyncio.sleep(0.01)
    yield Serving(server.servers[0].sockets[0].getsockname()[1], service, in_app, server)
    server.should_exit = True
    await running


@pytest.fixture
def signed(sign: Callable[..., bytes], event: Callable[..., bytes]) -> Callable[..., bytes]:
    """A whole request with a right signature."""

    def signed(number: int = 1, *headers: str, **changes: Any) -> bytes:
        body = event(number)
        return request(body, sign(body), *headers, **changes)

    return signed


async def test_webhook_that_arrives_whole_never_comes_to_the_app(serving: Serving, signed: Any) -> None:
    async with serving.line() as line:
        await line.send(signed(1))
        status, headers, body = await line.answer()
    assert (status, headers["content-type"], body) == (200, "application/json", {"received": True})
    assert "date" in headers
    assert [record.key for record in serving.service.kafka.records()] == [b"pi_1"]
    assert serving.in_app == []
    assert serving.service.count("stored") == 1
    assert (serving.service.room.requests, serving.service.room.size) == (0, 0)


async def test_pieces_that_come_soon_are_put_together(serving: Serving, signed: Any) -> None:
    whole = signed(1)
    async with serving.line() as line:
        for start in range(0, len(whole), 100):
            await line.send(whole[start : start + 100])
            await asyncio.sleep(0.001)
        assert (await line.answer())[0] == 200
    assert serving.in_app == []


async def test_several_on_one_connection_are_answered_in_their_order(serving: Serving, signed: Any) -> None:
    bad = request(b"{}", b"t=1,v1=0")
    async with serving.line() as line:
        await line.send(signed(1) + bad + signed(2) + b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n" + signed(3))
        assert [(await line.answer())[0] for _ in range(5)] == [200, 400, 200, 404, 200]
    assert len(serving.service.kafka.records()) == 3


async def test_refused_one_is_told_why_by_the_app(serving: Serving, event: Callable[..., bytes]) -> None:
    async with serving.line() as line:
        await line.send(request(event(), b"t=1,v1=0"))
        status, headers, body = await line.answer()
        assert (status, headers["content-type"]) == (400, "application/problem+json")
        assert (body["code"], body["request_id"]) == ("timestamp_out_of_tolerance", headers["x-request-id"])
    assert serving.service.count("timestamp_out_of_tolerance") == 1
    assert serving.service.kafka.written == []


async def test_one_that_kafka_does_not_take_is_not_tried_twice(serving: Serving, signed: Any) -> None:
    kafka = serving.service.kafka
    kafka.error = NotStored("no")
    tries: list[int] = []
    write = kafka.write

    async def counting(batches: Any, settled: Any) -> None:
        tries.append(sum(map(len, batches.values())))
        await write(batches, settled)

    kafka.write = counting
    async with serving.line() as line:
        await line.send(signed(1))
        status, headers, body = await line.answer()
    assert (status, headers["retry-after"], body["code"]) == (503, "5", "not_stored")
    assert tries == [1]
    assert serving.service.room.requests == 0


@pytest.mark.parametrize("serving", [{"write_timeout": 0.3}], indirect=True)
async def test_kafka_that_does_not_answer_in_time_is_a_503(serving: Serving, signed: Any) -> None:
    serving.service.kafka.open.clear()
    async with serving.line() as line:
        await line.send(signed(1))
        assert (await line.answer())[2]["code"] == "not_stored"
    serving.service.kafka.open.set()


@pytest.mark.parametrize("serving", [{"max_in_flight": 1}], indirect=True)
async def test_one_too_many_is_turned_away(serving: Serving, signed: Any, until: Until) -> None:
    serving.service.kafka.open.clear()
    async with serving.line() as first, serving.line() as second:
        await first.send(signed(1))
        await until(lambda: serving.service.room.requests == 1)
        await second.send(signed(2))
        assert (await second.answer())[2]["code"] == "overloaded"
        serving.service.kafka.open.set()
        assert (await first.answer())[0] == 200


@pytest.mark.parametrize("odd", ["Transfer-Encoding: chunked", "Expect: 100-continue"])
async def test_odd_ways_to_send_are_taken_too(
    serving: Serving, odd: str, sign: Callable[..., bytes], event: Callable[..., bytes]
) -> None:
    body = event()
    sent = body if odd.startswith("Expect") else b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    length = f"Content-Length: {len(body)}\r\n" if odd.startswith("Expect") else ""
    head = f"POST {PATH} HTTP/1.1\r\nHost: here\r\n{odd}\r\n{length}Stripe-Signature: {sign(body).decode()}\r\n\r\n"
    async with serving.line() as line:
        await line.send(head.encode())
        if odd.startswith("Expect"):
            assert await line.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await line.send(sent)
        assert (await line.answer())[0] == 200


async def test_one_that_comes_slowly_is_read_by_the_app(
    serving: Serving, signed: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WHOLE_SECONDS", 0.05)
    whole = signed(1)
    async with serving.line() as line:
        await line.send(whole[:-10])
        await until(lambda: serving.in_app == [PATH])
        await line.send(whole[-10:])
        assert (await line.answer())[0] == 200


async def test_large_one_is_read_by_the_app_within_its_limits(
    serving: Serving, sign: Callable[..., bytes], event: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WHOLE_SECONDS", 60)
    large, huge = event(note="x" * 200_000), event(note="x" * 1_100_000)
    async with serving.line() as line:
        await line.send(request(large, sign(large)))
        assert (await line.answer())[0] == 200
        await line.send(request(huge, sign(huge)))
        assert (await line.answer())[0] == 413
    assert serving.in_app == [PATH, PATH]


@pytest.mark.parametrize(("version", "header"), [("1.1", "Connection: close"), ("1.0", "Accept: */*")])
async def test_who_wants_no_more_is_let_go(serving: Serving, signed: Any, version: str, header: str) -> None:
    async with serving.line() as line:
        await line.send(signed(1, header, version=version))
        status, headers, _ = await line.answer()
        assert (status, headers["connection"]) == (200, "close")
        await line.ends()


async def test_sender_that_leaves_in_the_middle_leaves_nothing_behind(
    serving: Serving, signed: Any, until: Until
) -> None:
    async with serving.line() as line:
        await line.send(signed(1)[:-10])
    await until(lambda: serving.service.count("disconnected") == 1)
    assert (serving.service.room.requests, serving.in_app) == (0, [])


async def test_event_of_a_sender_that_did_not_wait_is_stored_all_the_same(
    serving: Serving, signed: Any, until: Until
) -> None:
    serving.service.kafka.open.clear()
    async with serving.line() as line:
        await line.send(signed(1))
        await until(lambda: serving.service.room.requests == 1)
    serving.service.kafka.open.set()
    await until(lambda: serving.service.room.requests == 0)
    assert serving.service.count("stored") == 1
    assert serving.in_app == []


async def test_other_paths_and_methods_are_the_apps(serving: Serving) -> None:
    async with serving.line() as line:
        await line.send(f"GET {PATH} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        assert (await line.answer())[0] == 405
        await line.send(f"POST {PATH}/unknown HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n".encode())
        assert (await line.answer())[2]["code"] == "unknown_endpoint"


async def test_what_is_sent_before_the_answer_is_taken_after_it(serving: Serving, signed: Any, until: Until) -> None:
    serving.service.kafka.open.clear()
    async with serving.line() as line:
        await line.send(signed(1))
        await until(lambda: serving.service.room.requests == 1)
        await line.send(signed(2)[:50])
        await line.send(signed(2)[50:] + signed(3) + signed(4)[:-1])
        serving.service.kafka.open.set()
        assert [(await line.answer())[0] for _ in range(3)] == [200, 200, 200]
        await line.send(signed(4)[-1:])
        assert (await line.answer())[0] == 200
    assert len(serving.service.kafka.records()) == 4


async def test_short_and_long_ways_take_turns_on_one_connection(
    serving: Serving, signed: Any, sign: Callable[..., bytes], event: Callable[..., bytes]
) -> None:
    large = event(note="x" * 200_000)
    async with serving.line() as line:
        for whole in (signed(1), request(large, sign(large)), signed(2), request(b"{}", b"t=1,v1=0"), signed(3)):
            await line.send(whole)
            assert (await line.answer())[0] == (400 if b"t=1,v1=0" in whole else 200)
    assert serving.in_app == [PATH, PATH]


@pytest.mark.parametrize("serving", [{"keep_alive": 1}], indirect=True)
@pytest.mark.parametrize("last", ["short", "long"])
async def test_connection_that_rests_is_closed(serving: Serving, signed: Any, last: str) -> None:
    async with serving.line() as line:
        await line.send(b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n")
        await line.answer()
        await line.send(signed(1))
        await line.answer()
        if last == "long":
            await line.send(b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n")
            await line.answer()
        await line.ends()


@pytest.mark.parametrize("serving", [{"keep_alive": 1}], indirect=True)
async def test_connection_that_is_used_stays_open(serving: Serving, signed: Any) -> None:
    """Closed in the middle, a webhook would have to be sent again."""
    async with serving.line() as line:
        for number in range(6):
            await line.send(signed(number) if number % 2 == 0 else b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n")
            assert (await line.answer())[0] == (200 if number % 2 == 0 else 404)
            await asyncio.sleep(0.6)


@pytest.mark.parametrize("serving", [{"keep_alive": 1}], indirect=True)
async def test_connection_does_not_end_while_kafka_takes_its_time(serving: Serving, signed: Any, until: Until) -> None:
    async with serving.line() as line:
        await line.send(signed(1))
        await line.answer()
        serving.service.kafka.open.clear()
        await line.send(signed(2))
        await until(lambda: serving.service.room.requests == 1)
        await asyncio.sleep(1.2)
        serving.service.kafka.open.set()
        assert (await line.answer())[0] == 200
        await line.ends()


async def test_body_that_looks_like_a_webhook_is_none(serving: Serving, signed: Any, until: Until) -> None:
    """Also when its request was answered before all of it was there."""
    inner = signed(1)
    async with serving.line() as line:
        await line.send(b"POST /nowhere HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(inner))
        assert (await line.answer())[0] == 404
        await line.send(inner)
        await asyncio.sleep(0.05)  # or both would be read at once
        await line.send(signed(2))
        assert (await line.answer())[0] == 200
    assert [json.loads(record.value)["id"] for record in serving.service.kafka.records()] == ["evt_2"]


@pytest.mark.parametrize("arrived", ["whole", "in part", "in vain"])
async def test_request_in_flight_is_answered_when_the_server_ends(
    serving: Serving, signed: Any, until: Until, arrived: str
) -> None:
    whole = signed(1)
    serving.service.kafka.open.clear()
    async with serving.line() as resting, serving.line() as line:
        await resting.send(signed(0))
        await line.send(whole[:-1] if arrived == "in part" else whole)
        await until(lambda: serving.service.room.requests == (1 if arrived == "in part" else 2))
        serving.server.should_exit = True
        await until(lambda: not any(server.is_serving() for server in serving.server.servers))
        serving.service.kafka.error = NotStored("no") if arrived == "in vain" else None
        serving.service.kafka.open.set()
        if arrived == "in part":
            await line.send(whole[-1:])
        status, headers, _ = await line.answer()
        assert (status, headers["connection"]) == (503 if arrived == "in vain" else 200, "close")
        await line.ends()
