"""The one place where the resolver's parts meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from order_service.resolver.metrics import ResolverMetrics
from order_service.resolver.running import ResolverRunning
from order_service.resolver.settings import ResolverSettings
from tillstream_operations import RequestIds, add_probes, answer_with_problems
from tillstream_operations.kafka_records import take_any_header_names


def create_resolver(settings: ResolverSettings) -> FastAPI:
    """The resolver as an ASGI app: probes and metrics, and in its lifespan the work. It waits for nothing to be up."""
    take_any_header_names()
    metrics = ResolverMetrics()
    running = ResolverRunning(settings, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        resolving = asyncio.create_task(running.run(), name="resolving")
        yield
        resolving.cancel()
        with suppress(asyncio.CancelledError):
            await resolving

    app = FastAPI(title="order-service-resolver", version="1", lifespan=lifespan)
    app.add_middleware(RequestIds)
    answer_with_problems(app)
    add_probes(app, ready=running.ready, alive=running.alive, registry=metrics.registry)
    return app
