"""`/c/pay/{session}`: the hosted page, and the steps that it takes."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from stripe_sim.account import Account
from stripe_sim.checkout import checkout_modes, checkout_sessions, checkout_subscription
from stripe_sim.checkout.checkout_object import KIND
from stripe_sim.checkout.line_items import every
from stripe_sim.controls.html import html
from stripe_sim.controls.scripts import checkout_js
from stripe_sim.customers import payment_methods
from stripe_sim.http.api import Api
from stripe_sim.http.errors import StripeError
from stripe_sim.http.money import written
from stripe_sim.objects import Object
from stripe_sim.parts import Parts

ANY_BROWSER = "pk_test_stripe_sim"


def checkout_page(api: Api, parts: Parts) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/c/pay", tags=["pages"], default_response_class=HTMLResponse)
    settings = parts.account.settings
    script = checkout_js()

    @router.get("/checkout.js", include_in_schema=False)
    async def code() -> Response:
        return Response(script, media_type="text/javascript")

    @router.get("/{session}", summary="The hosted page")
    async def show(session: str) -> HTMLResponse:
        account = parts.home_of(session)
        checkout_sessions.expire_due(account)
        found = account.store.get(KIND, session)
        if found is None:
            return html("checkout_gone.html", 404, reason="unknown", session=None, merchant=settings.merchant_name)
        if found["status"] != "open":
            return html("checkout_gone.html", reason=found["status"], session=found, merchant=settings.merchant_name)
        return html(
            "checkout.html",
            session=found,
            every=every,
            trial_days=checkout_subscription.trial_days(account, found),
            email=checkout_modes.known_email(account, found),
            items=account.store.beside(found, "line_items")["data"],
            key=settings.publishable_key or ANY_BROWSER,
            account=account.name if account.platform else "",
            locale=found["locale"] or "auto",
            merchant=settings.merchant_name,
            written=written,
        )

    @router.post("/{session}/confirm", summary="Pay", response_class=JSONResponse)
    async def confirm(
        session: str, request: Request, payment_method: Annotated[str, Form()], email: Annotated[str, Form()] = ""
    ) -> JSONResponse:
        account = parts.home_of(session)
        try:
            found = account.find(KIND, session, param="session")
            method = payment_methods.use(account, payment_method)
            intent = checkout_modes.confirm(account, found, method, email or None, api.base_url(request))
        except StripeError as error:
            return JSONResponse({"error": {"message": error.message}}, error.status)
        if intent["status"] == "requires_action":
            return JSONResponse({"client_secret": intent["client_secret"]})
        return await finish(session)

    @router.post("/{session}/finish", summary="Where to go once it is paid", response_class=JSONResponse)
    async def finish(session: str) -> JSONResponse:
        account = parts.home_of(session)
        found = account.store.get(KIND, session)
        if found is None or found["status"] != "complete":
            return JSONResponse({"error": {"message": "The payment is not complete."}}, 400)
        await parts.deliveries.first_answer(_completion(account, session), settings.checkout_wait_seconds)
        return JSONResponse({"url": _success_url(found)})

    return router


def _success_url(session: Object) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _completion(account: Account, session: str) -> str:
    """The id of the event that told the shop."""
    for event in account.store.newest_first("event"):
        if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == session:
            return str(event["id"])
    return ""
