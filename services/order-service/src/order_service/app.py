"""The one place where order-service's parts meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from order_service.access import Doorkeeper
from order_service.api import orders_api
from order_service.attaching import Attaching
from order_service.customer_api import customers_api
from order_service.forgetting import Forgetting
from order_service.metrics import Metrics
from order_service.payment_api import payments_api
from order_service.payment_reads import PaymentReads
from order_service.reads import Reads, open_engine
from order_service.running import Running
from order_service.settings import Settings
from order_service.subscription_api import subscriptions_api
from order_service.subscription_reads import SubscriptionReads
from tillstream_operations import BodyLimit, InFlight, RequestIds, add_probes, answer_with_problems
from tillstream_operations.kafka_records import take_any_header_names

CONSUMER_CONNECTIONS = 3
"""One for the batch that is taken in, one for the one that is published, one for the probes."""
IDLE_IN_TRANSACTION = "30s"


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI app: the read API, and in its lifespan the consumer. It waits for nothing to be up."""
    take_any_header_names()
    metrics = Metrics()
    engine = open_engine(
        settings.database_url.get_secret_value(),
        connections=settings.database_connections,
        timeout=settings.database_timeout,
    )
    running = Running(settings, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with _pool(settings) as pool:  # made here, as asyncpg binds it to the loop that runs then
            consuming = asyncio.create_task(running.run(pool), name="consuming")
            yield
            running.stop()
            consuming.cancel()
            with suppress(asyncio.CancelledError):
                await consuming
            await engine.dispose()

    app = FastAPI(title="order-service", version="1", lifespan=lifespan)
    app.include_router(orders_api(Reads(engine), _doorkeeper(settings)))
    attaching = Attaching(engine, running.publish, topic_prefix=settings.kafka_topic_prefix)
    app.include_router(payments_api(PaymentReads(engine), attaching, _doorkeeper(settings)))
    app.include_router(customers_api(Forgetting(engine), _doorkeeper(settings)))
    app.include_router(subscriptions_api(SubscriptionReads(engine), _doorkeeper(settings)))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET"],
        allow_headers=["Authorization", "X-Request-Id"],
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(InFlight, most=settings.max_in_flight)
    app.add_middleware(RequestIds)
    answer_with_problems(app)
    add_probes(app, ready=running.ready, alive=running.alive, registry=metrics.registry)
    return app


def _pool(settings: Settings) -> Any:
    """The consumer's connections: made when needed, given up when a statement takes too long."""
    seconds = settings.database_timeout.total_seconds()
    return asyncpg.create_pool(
        settings.database_url.get_secret_value(),
        min_size=0,
        max_size=CONSUMER_CONNECTIONS,
        timeout=seconds,
        command_timeout=seconds,
        server_settings={
            "application_name": "order-service",
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
            "jit": "off",
            "enable_seqscan": "off",  # all goes by key; a plan made for a new house's empty tables walked them later on
        },
    )


def _doorkeeper(settings: Settings) -> Doorkeeper:
    return Doorkeeper(settings.merchant_id, settings.secret_key, settings.token_secret.get_secret_value())
