"""The one place where the reconciler's parts meet."""

from fastapi import FastAPI

from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.running import ReconcilerRunning
from order_service.reconciler.settings import ReconcilerSettings
from order_service.stripe_calls.process import app_around

NAME = "order-service-reconciler"


def create_reconciler(settings: ReconcilerSettings) -> FastAPI:
    """The reconciler as an ASGI app: probes, metrics, and in its lifespan the work. It waits for nothing to be up."""
    metrics = ReconcilerMetrics()
    return app_around(ReconcilerRunning(settings, metrics), NAME, metrics.registry)
