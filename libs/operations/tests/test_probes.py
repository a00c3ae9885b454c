"""What an orchestrator and Prometheus are told."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter
from starlette.types import Message, Scope

from tillstream_operations import Health, add_probes


async def ask(app: FastAPI, path: str) -> tuple[int, bytes]:
    """Status and body of a GET."""
    answered: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answered.append(message)

    scope: Scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app(scope, receive, send)
    return answered[0]["status"], answered[1]["body"]


def app_with(**parts: str) -> FastAPI:
    app = FastAPI()

    async def ready() -> Health:
        return Health.of(**parts)

    add_probes(app, ready=ready, registry=CollectorRegistry())
    return app


async def json_of(app: FastAPI, path: str) -> tuple[int, Any]:
    status, body = await ask(app, path)
    return status, json.loads(body)


@pytest.mark.shows("GET /readyz")
async def test_ready_when_every_part_is() -> None:
    assert await json_of(app_with(kafka="ok"), "/readyz") == (200, {"status": "ok", "parts": {"kafka": "ok"}})


async def test_not_ready_names_the_part_and_the_process_stays_alive() -> None:
    app = app_with(kafka="unreachable", database="ok")
    status, body = await json_of(app, "/readyz")
    assert (status, body["status"], body["parts"]["kafka"]) == (503, "unavailable", "unreachable")
    assert (await json_of(app, "/livez"))[0] == 200


async def test_a_process_that_leaves_is_not_ready() -> None:
    app = app_with(kafka="ok")
    app.state.leaving = True
    assert (await json_of(app, "/readyz"))[0] == 503


@pytest.mark.shows("GET /livez")
async def test_a_process_without_progress_is_not_alive() -> None:
    app = FastAPI()

    async def stuck() -> Health:
        return Health.of(consumer="stuck")

    add_probes(app, ready=stuck, alive=stuck, registry=CollectorRegistry())
    assert await json_of(app, "/livez") == (503, {"status": "unavailable", "parts": {"consumer": "stuck"}})


@pytest.mark.shows("GET /metrics")
async def test_metrics_are_those_of_the_given_registry() -> None:
    app, registry = FastAPI(), CollectorRegistry()
    Counter("sold", "Things sold.", registry=registry).inc(3)

    async def ready() -> Health:
        return Health.of()

    add_probes(app, ready=ready, registry=registry)
    status, body = await ask(app, "/metrics")
    assert status == 200
    assert b"sold_total 3.0" in body
