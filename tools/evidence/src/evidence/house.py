"""What there is to be shown: the routes of the services, and the event types that order-service reads."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI

import intent_api.app
import intent_api.settings
import order_service.app
import order_service.settings
import webhook_ingest.app
import webhook_ingest.settings
from notifier.pages import STREAM_PATH
from order_service.stripe_events import READERS, WHY_NOT

OF_EACH = ("/livez", "/readyz", "/metrics")
"""Every service answers these."""
SAMPLE = {
    "TILLSTREAM_SECRET_KEY": "sk_test_0123456789abcdef0123",
    "TILLSTREAM_PUBLISHABLE_KEY": "pk_test_0123456789abcdef0123",
    "TILLSTREAM_TOKEN_SECRET": "not a secret: no service is started with it",
    "TILLSTREAM_DROP_IN_ROUTES": "true",
    "STRIPE_SECRET_KEY": "sk_test_0123456789",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_0123456789",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789",
    "ORDER_SERVICE_DATABASE_URL": "postgresql://nobody@localhost/nothing",
}
"""Settings with which every optional route is there."""


def descriptions() -> dict[str, dict[str, Any]]:
    """The OpenAPI description of each service that is made with FastAPI, with every optional route."""
    with _environment(SAMPLE):
        apps: dict[str, FastAPI] = {
            "intent-api": intent_api.app.create_app(intent_api.settings.Settings()),
            "webhook-ingest": webhook_ingest.app.create_app(webhook_ingest.settings.Settings()),
            "order-service": order_service.app.create_app(order_service.settings.Settings()),
        }
    return {name: app.openapi() for name, app in apps.items()}


def groups() -> dict[str, list[str]]:
    """The things by the heading that they stand under."""
    routes = {f"Routes of {name}": _routes(description) for name, description in descriptions().items()}
    return {
        "Stripe's events": sorted({*READERS, *WHY_NOT}),
        **routes,
        "Routes of notifier": [f"GET {STREAM_PATH}"],
        "Routes of every service": [f"GET {path}" for path in OF_EACH],
    }


def _routes(description: Mapping[str, Any]) -> list[str]:
    paths: Mapping[str, Mapping[str, Any]] = description["paths"]
    return [f"{method.upper()} {path}" for path in sorted(paths) if path not in OF_EACH for method in paths[path]]


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Nothing but these settings, while the block lasts."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
