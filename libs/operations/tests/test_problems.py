"""Errors as callers see them."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tillstream_operations import Problem, RequestIds, answer_with_problems, request_id


class Item(BaseModel):
    """Something ordered."""

    quantity: Annotated[int, Field(ge=1)]


class Order(BaseModel):
    """What is sent."""

    items: list[Item]


def app() -> FastAPI:
    """One route for each way to fail."""
    made = FastAPI()
    made.add_middleware(RequestIds)
    answer_with_problems(made)

    @made.post("/orders")
    async def _order(order: Order) -> str:
        return request_id()

    @made.get("/refused")
    async def _refused() -> None:
        raise Problem(409, "already_paid", "Ask for another.", headers={"retry-after": "5"}, amount=5)

    @made.get("/broken")
    async def _broken() -> None:
        raise RuntimeError("the password is hunter2")

    @made.get("/teapot")
    async def _teapot() -> None:
        raise HTTPException(418, "short and stout")

    return made


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """Asks the app over a socket."""
    server = uvicorn.Server(uvicorn.Config(app(), port=0, log_config=None, access_log=False))
    config = server.config
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    await server.shutdown()


async def ask(client: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any], Any]:
    """Status, body and headers."""
    async with client.request(method, path, **more) as answer:
        return answer.status, json.loads(await answer.read()), answer.headers


async def test_a_problem_has_its_code_facts_headers_and_request_id(client: aiohttp.ClientSession) -> None:
    status, body, headers = await ask(client, "GET", "/refused")
    assert status == 409
    assert headers["content-type"] == "application/problem+json"
    assert headers["retry-after"] == "5"
    assert body == {
        "type": "urn:problem-type:tillstream:already_paid",
        "title": "Conflict",
        "status": 409,
        "code": "already_paid",
        "detail": "Ask for another.",
        "request_id": headers["x-request-id"],
        "amount": 5,
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": [{"quantity": 1}, {"quantity": 0}]}, "items[1].quantity"),
        ({"items": [{}]}, "items[0].quantity"),
        ({"items": 5}, "items"),
        ({}, "items"),
    ],
)
async def test_a_validation_error_names_the_field(client: aiohttp.ClientSession, body: Any, field: str) -> None:
    status, problem, _ = await ask(client, "POST", "/orders", json=body)
    assert (status, problem["code"]) == (422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert field in problem["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"[" * 100_000])
async def test_a_body_that_is_not_json_is_a_4xx_problem(client: aiohttp.ClientSession, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    status, problem, _ = await ask(client, "POST", "/orders", data=body, headers=headers)
    assert 400 <= status < 500
    assert problem["code"]


async def test_an_unforeseen_error_tells_the_caller_nothing_but_its_request_id(client: aiohttp.ClientSession) -> None:
    status, problem, headers = await ask(client, "GET", "/broken")
    assert (status, problem["code"]) == (500, "internal_error")
    assert "hunter2" not in json.dumps(problem)
    assert "Traceback" not in json.dumps(problem)
    assert problem["request_id"] == headers["x-request-id"] != ""


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/orders", 405, "method_not_allowed"),
        ("GET", "/teapot", 418, "i'm_a_teapot"),
    ],
)
async def test_the_frameworks_own_errors_are_problems_too(
    client: aiohttp.ClientSession, method: str, path: str, status: int, code: str
) -> None:
    told, problem, headers = await ask(client, method, path)
    assert (told, problem["code"]) == (status, code)
    assert headers["content-type"] == "application/problem+json"


async def test_a_callers_request_id_is_kept(client: aiohttp.ClientSession) -> None:
    headers = {"x-request-id": "checkout-2026.01_7"}
    async with client.post("/orders", json={"items": []}, headers=headers) as answer:
        assert answer.headers["x-request-id"] == await answer.json() == "checkout-2026.01_7"


@pytest.mark.parametrize("odd", ["short", "x" * 65, "a b c d e f", "\xe4\xe4\xe4\xe4\xe4\xe4\xe4\xe4", "a;b;c;d;e"])
async def test_an_odd_request_id_is_replaced(client: aiohttp.ClientSession, odd: str) -> None:
    async with client.post("/orders", json={"items": []}, headers={"x-request-id": odd}) as answer:
        assert answer.headers["x-request-id"].startswith("req_")


async def test_requests_have_different_ids_and_outside_there_is_none(client: aiohttp.ClientSession) -> None:
    ids = {(await ask(client, "POST", "/orders", json={"items": []}))[1] for _ in range(5)}
    assert len(ids) == 5
    assert request_id() == ""
