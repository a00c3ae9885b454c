"""The process around a work that asks Stripe: probes and metrics to look at, and the work from start to end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from order_service.stripe_calls.settings import ProcessSettings
from tillstream_operations import (
    Health,
    RequestIds,
    add_probes,
    answer_with_problems,
    configure_logs,
    read_settings,
    serve,
)

HTTP_DRAIN_SECONDS = 5
S = TypeVar("S", bound=ProcessSettings)


class Work(Protocol):
    """What such a process is for."""

    async def run(self) -> None:
        """Go on until cancelled."""

    async def ready(self) -> Health:
        """Whether it does now what it is for."""

    async def alive(self) -> Health:
        """Whether it gets on; if not, a new process would help."""


def app_around(work: Work, name: str, registry: CollectorRegistry) -> FastAPI:
    """The ASGI app of that name, with the work in its lifespan. It waits for nothing to be up."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(work.run(), name=name)
        yield
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    app = FastAPI(title=name, version="1", lifespan=lifespan)
    app.add_middleware(RequestIds)
    answer_with_problems(app)
    add_probes(app, ready=work.ready, alive=work.alive, registry=registry)
    return app


def run_process(name: str, kind: type[S], create: Callable[[S], FastAPI]) -> None:
    """Read the settings from the environment, and serve what is made of them until told to stop."""
    settings = read_settings(kind)
    configure_logs(name, level=settings.log_level, log_format=settings.log_format)
    serve(create(settings), host=settings.host, port=settings.port, drain_seconds=HTTP_DRAIN_SECONDS)
