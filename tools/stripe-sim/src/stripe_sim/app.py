"""Where everything meets."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from stripe_sim.account import Account
from stripe_sim.billing import billing, due, subscription_life
from stripe_sim.checkout import checkout_payment, checkout_sessions, checkout_setup, checkout_subscription
from stripe_sim.checkout.checkout_page import checkout_page
from stripe_sim.controls.controls import controls
from stripe_sim.controls.dashboard import dashboard
from stripe_sim.controls.faults import Faults
from stripe_sim.controls.inspection import inspection
from stripe_sim.controls.scripts import stripe_js
from stripe_sim.customers import reuse
from stripe_sim.events.deliveries import Deliveries
from stripe_sim.http import errors
from stripe_sim.http.api import Api
from stripe_sim.http.connections import Closable
from stripe_sim.http.operations import Operation
from stripe_sim.http.other_sites import OtherSites
from stripe_sim.metrics import Metrics
from stripe_sim.nouns import OPERATIONS
from stripe_sim.objects import Clock
from stripe_sim.parts import Parts
from stripe_sim.payments.challenge_page import challenge_page
from stripe_sim.reversals import disputes, early_fraud_warnings
from stripe_sim.settings import Settings
from stripe_sim.timers import LoopTimers

log = logging.getLogger(__name__)
SWEEP_SECONDS = 1.0


def create_app(settings: Settings, clock: Clock = time.time) -> ASGIApp:
    """The stand-in as an ASGI app."""
    parts = _parts(settings, clock)
    app = FastAPI(title="stripe-sim", lifespan=_lifespan(parts))
    app.add_middleware(OtherSites, settings=settings)
    api = Api(parts.account, parts.faults, parts.metrics)
    pages = (dashboard(), challenge_page(parts), checkout_page(api, parts))
    for router in (*pages, inspection(parts), controls(parts)):
        app.include_router(router)
    _add_probes(app, parts.metrics)
    _add_stripe_js(app)
    for operation in OPERATIONS:
        app.add_route(operation.path, _handler(api, operation), methods=[operation.method])
    app.add_exception_handler(HTTPException, _no_such_url)
    return Closable(app)


def _parts(settings: Settings, clock: Clock) -> Parts:
    chance = random.Random(settings.seed)  # noqa: S311 - names of test objects, none of them a secret
    timers, metrics = LoopTimers(), Metrics()
    account = Account(settings, clock, chance, timers)
    deliveries = Deliveries(account, settings.chaos, random.Random(settings.seed), metrics)  # noqa: S311 - as above
    account.listener = deliveries.tell
    account.followers += [
        reuse.follow,
        checkout_payment.follow,
        checkout_setup.follow,
        disputes.follow,
        early_fraud_warnings.follow,
        billing.follow,
        subscription_life.follow,
        checkout_subscription.follow,
    ]
    return Parts(account, deliveries, Faults(), timers, metrics)


def _lifespan(parts: Parts) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        parts.begin()
        working = [asyncio.create_task(parts.deliveries.run()), asyncio.create_task(_sweep(parts))]
        try:
            yield
        finally:
            parts.timers.clear()
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    return lifespan


async def _sweep(parts: Parts) -> None:
    """Let time pass for what ends by itself."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        for account in parts.accounts:
            try:
                checkout_sessions.expire_due(account)
                due.sweep(account)
            except Exception:  # the edge: one bad object must not stop the time of all others
                log.exception("sweep_failed")


class _Handler:
    """One operation as an ASGI app: leaner than a route function, and it may close the connection."""

    def __init__(self, api: Api, operation: Operation) -> None:
        self.api, self.operation = api, operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.api.answer(self.operation, Request(scope, receive))
        await answer(scope, receive, send)


def _handler(api: Api, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    return _Handler(api, operation)  # type: ignore[return-value]  # Starlette takes an ASGI app as well


def _add_stripe_js(app: FastAPI) -> None:
    script = stripe_js()

    @app.get("/v3", tags=["pages"], summary="The stand-in for Stripe.js", response_class=Response)
    @app.get("/v3/", tags=["pages"], summary="The stand-in for Stripe.js", response_class=Response)
    async def code() -> Response:
        return Response(script, media_type="text/javascript; charset=utf-8")


def _add_probes(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/metrics", tags=["operations"], summary="Prometheus metrics", response_class=Response)
    async def numbers() -> Response:
        return Response(metrics.page(), media_type=metrics.content_type)

    @app.get("/livez", tags=["operations"], summary="Is the process making progress?")
    @app.get("/readyz", tags=["operations"], summary="Can it take work now?")
    async def well() -> dict[str, str]:
        return {"status": "ok"}


async def _no_such_url(request: Request, error: Exception) -> JSONResponse:
    """An unknown URL, in Stripe's words under `/v1` and `/v2`."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if request.url.path.startswith(("/v1", "/v2")):
        return JSONResponse({"error": errors.unknown_url(request.method, request.url.path).body()}, 404)
    return JSONResponse({"detail": getattr(error, "detail", "")}, status)
