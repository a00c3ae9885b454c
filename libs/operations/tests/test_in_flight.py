"""What happens to requests beyond the bound."""

import asyncio
import json
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from tillstream_operations import InFlight


async def test_request_beyond_the_bound_is_turned_away_until_another_is_done() -> None:
    go_on = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        await PlainTextResponse("done")(scope, receive, send)

    app = InFlight(slow, most=2)
    waiting = [asyncio.create_task(ask(app, "/v1/orders")) for _ in range(2)]
    await asyncio.sleep(0)
    refused = await ask(app, "/v1/orders")
    assert (refused[0]["status"], json.loads(refused[1]["body"])["code"]) == (503, "overloaded")
    assert (b"retry-after", b"2") in refused[0]["headers"]
    probe = asyncio.create_task(ask(app, "/livez"))
    go_on.set()
    assert [told[0]["status"] for told in await asyncio.gather(*waiting, probe)] == [200, 200, 200]
    assert (await ask(app, "/v1/orders"))[0]["status"] == 200


async def ask(app: InFlight, path: str) -> list[Message]:
    """What the app sends."""
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": []}
    await app(scope, receive, send)
    return told
