"""Who is sent away, with which code, and that the others do not notice."""

import asyncio
import json
from typing import TYPE_CHECKING

import jwt
import pytest
from websockets.exceptions import InvalidStatus

if TYPE_CHECKING:
    from conftest import House, OrderService

pytestmark = pytest.mark.integration


def tampered(token: str) -> str:
    """The same token for another order, with the old signature."""
    header, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode({**claims, "sub": "ord_2"}, "x" * 32).split(".")[1]
    return f"{header}.{forged}.{signature}"


async def test_bad_token_gets_an_error_frame_and_then_the_close(
    house: "House", order_service: "OrderService", subtests: pytest.Subtests
) -> None:
    """order-service is not even asked."""
    await house.start()
    for token, code, close_code in (
        (house.token("ord_1", lives=-1), "token_expired", 4401),
        (house.token("ord_1", secret="another secret of at least 32 characters"), "token_invalid", 4403),
        (tampered(house.token("ord_1")), "token_invalid", 4403),
        ("nonsense", "token_invalid", 4403),
    ):
        with subtests.test(token=token):
            client = await house.connect()
            await client.subscribe(token)
            frame, closed = await client.last_words()
            assert (frame["type"], frame["code"], closed) == ("error", code, close_code)
            assert frame["detail"]
    assert order_service.asked == []


async def test_token_that_names_no_order_of_ours_is_invalid(house: "House") -> None:
    """An id goes into a URL, so it is looked at although we signed it."""
    await house.start()
    client = await house.watch("../admin")
    assert (await client.last_words())[0]["code"] == "token_invalid"


async def test_stream_ends_with_its_token(house: "House") -> None:
    """Short-lived tokens are worth nothing if a connection outlives them."""
    await house.start()
    client = await house.watch("ord_1", token_of={"lives": 2})
    frame, code = await client.last_words()
    assert (frame["code"], code) == ("token_expired", 4401)


async def test_bad_first_frame_gets_an_error(house: "House", subtests: pytest.Subtests) -> None:
    """Binary, no JSON, another type, fields missing or wrong."""
    await house.start()
    for message in (
        b'{"type":"subscribe","token":"x"}',
        "",
        "{",
        "[]",
        '{"type":"hello"}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","token":""}',
        '{"type":"subscribe","token":"x","after_version":-1}',
        '{"type":"subscribe","token":7}',
    ):
        with subtests.test(message=message):
            client = await house.connect()
            await client.socket.send(message)
            frame, code = await client.last_words()
            assert (frame["code"], code) == ("bad_frame", 4400)


async def test_second_subscribe_gets_an_error(house: "House") -> None:
    """One order a connection."""
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    await client.subscribe(house.token("ord_2"))
    frame, code = await client.last_words()
    assert (frame["code"], code) == ("bad_frame", 4400)


async def test_frame_over_the_limit_closes(house: "House") -> None:
    """1009 is RFC 6455's own code for it."""
    await house.start()
    client = await house.watch("x" * 64, after_version=0, padding="x" * 4096)
    assert await client.closed() == 1009


async def test_client_that_says_nothing_is_sent_away(house: "House") -> None:
    """After the time that it has for its first frame."""
    await house.start(subscribe_timeout=0.1)
    client = await house.connect()
    frame, code = await client.last_words()
    assert (frame["code"], code) == ("subscribe_timeout", 4408)


async def test_client_that_floods_is_dropped_while_others_go_on(house: "House") -> None:
    """Pings count: each is answered, so they cost as much as any frame."""
    await house.start(max_frames_per_minute=10)
    good, bad = await house.watch("ord_1"), await house.watch("ord_1")
    await good.frame()
    await bad.frame()
    for _ in range(10):
        await bad.socket.ping()
    await house.until_counted('notifier_dropped_sockets_total{reason="too_many_frames"}', 1)
    await house.publish("ord_1", 1)
    assert await good.versions(1) == [("status", 1)]


async def test_page_of_a_foreign_origin_is_refused(house: "House") -> None:
    """A browser always says where its page comes from; a caller that says nothing is no browser."""
    await house.start(allowed_origins=frozenset({"https://shop.example"}))
    await house.connect(origin="https://shop.example")
    await house.connect()
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example"):
        with pytest.raises(InvalidStatus) as refused:
            await house.connect(origin=origin)
        assert refused.value.response.status_code == 403
        assert json.loads(refused.value.response.body)["code"] == "origin_not_allowed"
    with pytest.raises(InvalidStatus):
        await house.connect(additional_headers=[("Origin", "https://shop.example")] * 2)


async def test_address_may_open_so_many_and_more_once_it_closes_one(house: "House") -> None:
    """The cap is on open sockets, not on attempts."""
    await house.start(max_connections_per_address=2)
    first, _ = await house.connect(), await house.connect()
    with pytest.raises(InvalidStatus) as refused:
        await house.connect()
    assert refused.value.response.status_code == 429
    await first.socket.close()
    await house.until_counted("notifier_sockets", 1)
    await house.connect()


async def test_full_instance_says_come_back_later(house: "House") -> None:
    """503 with Retry-After, for all addresses together."""
    await house.start(max_connections=1, trusted_proxies=1)
    await house.connect(additional_headers={"X-Forwarded-For": "192.0.2.1"})
    with pytest.raises(InvalidStatus) as refused:
        await house.connect(additional_headers={"X-Forwarded-For": "192.0.2.2"})
    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["Retry-After"]


async def test_silent_connection_is_dropped(house: "House") -> None:
    """The other machine has gone without a word: nobody answers the pings."""
    await house.start(heartbeat_interval=0.1, heartbeat_timeout=0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(
        b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert b" 101 " in await reader.readline()
    await house.until_counted('notifier_dropped_sockets_total{reason="silent"}', 1)
    writer.close()


async def test_handshake_that_never_ends_is_cut(house: "House") -> None:
    """Slow headers hold a connection only for so long."""
    await house.start(handshake_timeout=0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"GET /v1/stream HTTP/1.1\r\n")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
