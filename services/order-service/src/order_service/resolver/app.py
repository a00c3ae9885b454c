"""The one place where the resolver's parts meet."""

from fastapi import FastAPI

from order_service.resolver.metrics import ResolverMetrics
from order_service.resolver.running import ResolverRunning
from order_service.resolver.settings import ResolverSettings
from order_service.stripe_calls.process import app_around
from tillstream_operations.kafka_records import take_any_header_names

NAME = "order-service-resolver"


def create_resolver(settings: ResolverSettings) -> FastAPI:
    """The resolver as an ASGI app: probes and metrics, and in its lifespan the work. It waits for nothing to be up."""
    take_any_header_names()
    metrics = ResolverMetrics()
    return app_around(ResolverRunning(settings, metrics), NAME, metrics.registry)
