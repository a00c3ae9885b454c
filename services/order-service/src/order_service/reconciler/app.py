"""The one place where the reconciler's parts meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.running import ReconcilerRunning
from order_service.reconciler.settings import ReconcilerSettings
from tillstream_operations import RequestIds, add_probes, answer_with_problems


def create_reconciler(settings: ReconcilerSettings) -> FastAPI:
    """The reconciler as an ASGI app: probes, metrics, and in its lifespan the work. It waits for nothing to be up."""
    metrics = ReconcilerMetrics()
    running = ReconcilerRunning(settings, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        reconciling = asyncio.create_task(running.run(), name="reconciling")
        yield
        reconciling.cancel()
        with suppress(asyncio.CancelledError):
            await reconciling

    app = FastAPI(title="order-service-reconciler", version="1", lifespan=lifespan)
    app.add_middleware(RequestIds)
    answer_with_problems(app)
    add_probes(app, ready=running.ready, alive=running.alive, registry=metrics.registry)
    return app
