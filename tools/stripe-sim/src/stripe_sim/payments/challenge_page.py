"""`/sim/3ds/{intent}`: the bank's page of a 3-D Secure challenge; Stripe.js answers it from a dialog."""

from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from stripe_sim.account import Account
from stripe_sim.controls.html import html
from stripe_sim.customers import setting_up
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.money import written
from stripe_sim.http.publishable import for_browser
from stripe_sim.http.rendering import rendered
from stripe_sim.objects import Object
from stripe_sim.parts import Parts
from stripe_sim.payments import intents, paying

REDIRECT_STATUS = {"succeeded": "succeeded", "requires_capture": "succeeded", "processing": "pending"}
AUTHENTICATE = {"payment_intent": paying.authenticate, "setup_intent": setting_up.authenticate}


def challenge_page(parts: Parts) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/sim/3ds", tags=["pages"])
    merchant = parts.account.settings.merchant_name

    @router.get("/{intent}", summary="The bank asks", response_class=HTMLResponse)
    async def show(intent: str, client_secret: str = "") -> Response:
        try:
            found = _found(parts.home_of(intent), intent, client_secret)
        except StripeError as error:
            return html("challenge.html", error.status, intent=None, merchant=merchant)
        amount = written(found["amount"], found["currency"]).upper() if "amount" in found else None
        return html("challenge.html", intent=found, amount=amount, merchant=merchant)

    @router.post("/{intent}", summary="The buyer answers", response_class=Response)
    async def answer(
        intent: str,
        request: Request,
        client_secret: Annotated[str, Form()],
        outcome: Annotated[Literal["complete", "fail"], Form()],
    ) -> Response:
        account = parts.home_of(intent)
        try:
            found = _found(account, intent, client_secret)
        except StripeError as error:
            return Response(rendered({"error": error.body()}), error.status, media_type="application/json")
        back = ((found["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
        after = AUTHENTICATE[found["object"]](account, found, passed=outcome == "complete")
        if back and "application/json" not in request.headers.get("accept", ""):
            return RedirectResponse(with_outcome(back, after), 303)
        return Response(rendered(for_browser(after)), media_type="application/json")

    return router


def with_outcome(return_url: str, intent: Object) -> str:
    """The shop's address with what Stripe adds to it."""
    parts = urlsplit(return_url)
    told = urlencode(
        {
            intent["object"]: intent["id"],
            f"{intent['object']}_client_secret": intent["client_secret"],
            "redirect_status": REDIRECT_STATUS.get(intent["status"], "failed"),
        }
    )
    return urlunsplit(parts._replace(query=f"{parts.query}&{told}" if parts.query else told))


def _found(account: Account, name: str, client_secret: str) -> Object:
    kind = "setup_intent" if name.startswith("seti_") else "payment_intent"
    intent = account.find(kind, name, param="intent")
    if not intents.is_secret_of(intent, client_secret):
        raise invalid("The client_secret is not the one of this intent.", "client_secret")
    return intent
