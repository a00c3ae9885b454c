"""The one place where intent-api's parts meet."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from intent_api import (
    cancellations,
    captures,
    catalog_page,
    checkout_sessions,
    customers,
    drop_in,
    payment_intents,
    refunds,
    saved_cards,
    stream_tokens,
    subscription_changes,
    subscription_payments,
    subscriptions,
)
from intent_api.buckets import Buckets
from intent_api.catalog import read_catalog
from intent_api.desk import Desk
from intent_api.documentation import DESCRIPTION
from intent_api.drop_in import DropIn
from intent_api.keys import Keys
from intent_api.measuring import Measuring
from intent_api.metrics import Metrics
from intent_api.orders_client import OrderReads
from intent_api.plans import Products
from intent_api.publisher import Publisher
from intent_api.rate_limits import RateLimits
from intent_api.settings import Settings
from intent_api.streams import Streams
from intent_api.stripe_calls import StripeCalls
from tillstream_contracts import ORDERS_PLACED
from tillstream_operations import BodyLimit, Health, InFlight, RequestIds, add_probes, answer_with_problems

ROUTES = (
    payment_intents,
    checkout_sessions,
    refunds,
    captures,
    cancellations,
    customers,
    saved_cards,
    subscriptions,
    subscription_changes,
    subscription_payments,
    stream_tokens,
    catalog_page,
)

MOST_CALLERS: Final = 50_000
"""Whose requests are counted at once; about 10 MB of them."""


def create_app(settings: Settings) -> FastAPI:
    """The service, ready to be served. Raises CatalogUnusable; connects to nothing before it is started."""
    metrics = Metrics()
    stripe, publisher, order_reads = _stripe(settings, metrics), _publisher(settings, metrics), _order_reads(settings)

    @asynccontextmanager
    async def open_and_close(_: FastAPI) -> AsyncIterator[None]:
        await stripe.open()
        await order_reads.open()
        await publisher.open()
        yield
        await publisher.close()
        await order_reads.close()
        await stripe.close()

    async def ready() -> Health:
        return Health.of(kafka="ok" if await publisher.is_connected() and not publisher.is_stuck else "not reached")

    async def alive() -> Health:
        return Health.of(kafka="answers, but takes no order" if publisher.is_stuck else "ok")

    app = FastAPI(title="Tillstream intent-api", version="1", description=DESCRIPTION, lifespan=open_and_close)
    streams = _streams(settings)
    app.state.desk = Desk(read_catalog(settings.catalog), stripe, publisher, streams, settings.stripe_publishable_key)
    app.state.streams, app.state.products = streams, Products(stripe)
    app.state.keys = Keys(
        settings.merchant_id,
        secret=settings.secret_key.get_secret_value(),
        publishable=settings.publishable_key.get_secret_value(),
        token_secret=settings.token_secret.get_secret_value(),
        token_lifetime=settings.customer_token_lifetime,
    )
    app.state.stripe, app.state.order_reads = stripe, order_reads
    app.state.allowed_origins = frozenset(settings.allowed_origins)
    for page in ROUTES:
        app.include_router(page.router)
    if settings.drop_in_routes:
        app.state.drop_in = _drop_in(settings)
        app.include_router(drop_in.router)
    add_probes(app, ready=ready, alive=alive, registry=metrics.registry)
    answer_with_problems(app)
    _wrap(app, settings, metrics)
    return app


def _wrap(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """The middleware, the outermost last."""
    app.add_middleware(BodyLimit)
    app.add_middleware(InFlight, most=settings.max_in_flight)
    app.add_middleware(
        RateLimits,
        keys=_buckets("key", settings.burst_per_key, settings.rate_per_key),
        addresses=_buckets("address", settings.burst_per_address, settings.rate_per_address),
        caller=app.state.keys.caller,
        trusted_proxies=settings.trusted_proxies,
        metrics=metrics,
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "traceparent"],
        expose_headers=["X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy"],
        max_age=600,
    )
    app.add_middleware(Measuring, metrics=metrics)
    app.add_middleware(RequestIds)


def _buckets(name: str, burst: int, per_second: int) -> Buckets:
    return Buckets(name, burst=burst, per_second=per_second, most=MOST_CALLERS, clock=time.monotonic)


def _stripe(settings: Settings, metrics: Metrics) -> StripeCalls:
    return StripeCalls(
        settings.stripe_secret_key.get_secret_value(),
        api_base=str(settings.stripe_api_base).rstrip("/") if settings.stripe_api_base else None,
        timeout=settings.stripe_timeout,
        patience=settings.stripe_patience,
        connections=settings.stripe_connections,
        metrics=metrics,
    )


def _drop_in(settings: Settings) -> DropIn:
    return DropIn(
        merchant_id=settings.merchant_id,
        currency=settings.drop_in_currency,
        trust_client_prices=settings.trust_client_prices,
        origins=settings.allowed_origins,
        success_path=settings.drop_in_success_path,
        cancel_path=settings.drop_in_cancel_path,
    )


def _order_reads(settings: Settings) -> OrderReads:
    return OrderReads(
        str(settings.order_service_url),
        settings.secret_key.get_secret_value(),
        timeout=settings.order_service_timeout,
        connections=settings.order_service_connections,
    )


def _publisher(settings: Settings, metrics: Metrics) -> Publisher:
    return Publisher(
        settings.kafka_bootstrap_servers,
        ORDERS_PLACED.under(settings.kafka_topic_prefix),
        timeout=settings.publish_timeout,
        metrics=metrics,
        stuck_after=settings.stuck_after,
    )


def _streams(settings: Settings) -> Streams:
    return Streams(settings.stream_url, settings.token_secret.get_secret_value(), settings.stream_token_lifetime)
