"""Plain HTTP on the same port."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

if TYPE_CHECKING:
    from conftest import House

pytestmark = pytest.mark.integration


async def test_page_is_served(house: "House", subtests: pytest.Subtests) -> None:
    """Probes, metrics, documentation; a problem document for anything else."""
    await house.start()
    for path, status, content_type in (
        ("/livez", 200, "application/json"),
        ("/readyz", 200, "application/json"),
        ("/readyz?verbose=1", 200, "application/json"),
        ("/metrics", 200, "text/plain"),
        ("/docs", 200, "text/html"),
        ("/asyncapi.json", 200, "application/json"),
        ("/openapi.json", 200, "application/json"),
        ("/", 404, "application/problem+json"),
        ("/v1/stream/", 404, "application/problem+json"),
        ("/v1/stream", 426, "application/problem+json"),
    ):
        with subtests.test(path=path):
            answered, told, body = await house.get(path)
            assert (answered, told) == (status, content_type)
            assert status < 400 or is_problem(json.loads(body), status)


def is_problem(document: dict[str, Any], status: int) -> bool:
    """A problem of that status, with a code and a request id."""
    return document["status"] == status and bool(document["code"]) and document["request_id"].startswith("req_")


async def test_only_get_is_served(house: "House") -> None:
    """405 names what is."""
    await house.start()
    async with ClientSession() as session, session.delete(f"http://127.0.0.1:{house.port}/livez") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET")


async def test_handshake_that_is_none_is_a_problem_document(house: "House") -> None:
    """Also where the library refuses it."""
    await house.start()
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "12"}
    status, content_type, _ = await house.get(
        "/v1/stream", **upgrade, **{"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    )
    assert (status, content_type) == (400, "application/problem+json")
