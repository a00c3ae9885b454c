"""The one place where webhook-ingest's parts meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.routing import Route

from tillstream_contracts import STRIPE_EVENTS
from tillstream_operations import Health, RequestIds, add_probes, answer_with_problems
from webhook_ingest.admission import Room
from webhook_ingest.batches import Batches
from webhook_ingest.documentation import document
from webhook_ingest.keyring import Keyring
from webhook_ingest.metrics import Metrics
from webhook_ingest.producer import Producer, make_producer
from webhook_ingest.settings import Settings
from webhook_ingest.webhook import DROP_IN_PATH, NAMED_PATH, PATH, Webhook


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI app. It connects to Kafka in its lifespan, and does not wait for that."""
    metrics = Metrics()
    keyring = Keyring(settings)
    room = Room(requests=settings.max_in_flight, size=settings.max_in_flight_bytes)
    producer = Producer(
        STRIPE_EVENTS.under(settings.kafka_topic_prefix),
        partial(make_producer, settings.kafka_bootstrap_servers),
        close_timeout=settings.close_timeout.total_seconds(),
        stuck_after=settings.stuck_after.total_seconds(),
    )
    batches = Batches(producer, timeout=settings.write_timeout.total_seconds())
    metrics.watch(room)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await producer.start()
        watching = asyncio.create_task(keyring.watch())
        yield
        watching.cancel()
        await producer.stop()

    async def ready() -> Health:
        return Health.of(kafka="ok" if producer.answering and not producer.stuck else "unreachable")

    async def alive() -> Health:
        return Health.of(kafka="answers, but takes no event" if producer.stuck else "ok")

    app = FastAPI(title="webhook-ingest", version="1", lifespan=lifespan)
    paths = paths_of(settings)
    webhook = Webhook(settings, keyring, batches, room, metrics)
    app.state.webhook = webhook  # for connection.py
    app.router.routes[:0] = [Route(path, webhook) for path in paths]  # before all others: routes are tried in order
    app.add_middleware(RequestIds)
    answer_with_problems(app)
    add_probes(app, ready=ready, alive=alive, registry=metrics.registry)
    document(app, paths)
    return app


def paths_of(settings: Settings) -> tuple[str, ...]:
    """Where webhooks are taken, the busiest path first."""
    return (PATH, NAMED_PATH, DROP_IN_PATH) if settings.drop_in_routes else (PATH, NAMED_PATH)
