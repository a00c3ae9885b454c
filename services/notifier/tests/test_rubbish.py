"""Whatever bytes a stranger sends, the others are served on."""

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from conftest import House

pytestmark = pytest.mark.integration

HANDSHAKE = (
    b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "token", "after_version"]), inner),
    max_leaves=5,
)
SUBSCRIBES = st.fixed_dictionaries({"type": st.sampled_from(["subscribe", "snapshot"]), "token": JSON | st.text()})
FIRST_FRAMES = st.text() | st.binary() | (JSON | SUBSCRIBES).map(json.dumps)
"""Frames that are well-formed WebSocket, and anything else inside."""
STREAMS = st.binary(max_size=300) | st.binary(max_size=300).map(HANDSHAKE.__add__)
"""Bytes that are no HTTP, or no WebSocket after the handshake."""
CALMLY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@CALMLY
@given(rubbish=STREAMS)
async def test_rubbish_on_the_line_never_disturbs_the_others(house: "House", rubbish: bytes) -> None:
    """It is sent, the sender hangs up, and a subscription made after it is served."""
    await started(house)
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(rubbish)
    writer.close()
    await expect_service(house)


@CALMLY
@given(rubbish=FIRST_FRAMES)
async def test_rubbish_in_a_frame_gets_an_error_and_never_disturbs_the_others(
    house: "House", rubbish: str | bytes
) -> None:
    """Well-formed as a frame, and anything inside; one that is too long is closed without a word."""
    await started(house)
    client = await house.connect()
    await client.socket.send(rubbish)
    frame, code = await client.last_words()
    assert code == 1009 or (frame["type"], code) in {("error", 4400), ("error", 4403)}
    await expect_service(house)


async def started(house: "House") -> None:
    """One notifier for all examples."""
    if not house.port:
        await house.start(max_connections_per_address=1000)


async def expect_service(house: "House") -> None:
    """A client that comes now is served."""
    client = await house.watch("ord_1")
    assert await client.versions(1) == [("snapshot", 0)]
    await client.socket.close()
