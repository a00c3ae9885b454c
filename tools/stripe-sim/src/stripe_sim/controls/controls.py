"""`/sim`: what a test turns and looks at. No key is needed."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.exceptions import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from stripe_sim.account import Account
from stripe_sim.controls import actions
from stripe_sim.controls.chaos import Chaos
from stripe_sim.controls.faults import Fault
from stripe_sim.controls.fixtures import FIXTURES
from stripe_sim.controls.triggering import Wishes, trigger
from stripe_sim.events import subscribers
from stripe_sim.events.webhook_endpoints import roll_secret
from stripe_sim.http.errors import StripeError
from stripe_sim.objects import Object
from stripe_sim.parts import Parts


def controls(parts: Parts) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/sim", tags=["controls"])

    @router.get("/chaos", summary="What goes wrong with deliveries")
    async def chaos() -> Chaos:
        return parts.deliveries.knobs

    @router.post("/chaos", summary="Let other things go wrong; what is not named is at rest")
    async def set_chaos(knobs: Chaos) -> Chaos:
        parts.set_chaos(knobs)
        return knobs

    @router.get("/faults", summary="The failures of API calls that are still to come")
    async def faults() -> list[Fault]:
        return parts.faults.waiting()

    @router.post("/faults", summary="Let the next calls of the API fail")
    async def add_fault(fault: Fault) -> Fault:
        parts.faults.add(fault)
        return fault

    @router.delete("/faults", summary="Let no more calls fail")
    async def end_faults() -> list[Fault]:
        parts.faults.clear()
        return []

    @router.get("/deliveries", summary="The latest attempts to deliver events, oldest first")
    async def deliveries() -> dict[str, list[Object]]:
        return {"data": list(parts.deliveries.log)}

    @router.post("/reset", summary="Forget everything")
    async def reset() -> dict[str, Any]:
        parts.reset()
        return {"reset": True}

    @router.post("/secret_roll", summary="Give a webhook endpoint or event destination (or the only one) a new secret")
    async def secret_roll(endpoint: Annotated[str | None, Body(embed=True)] = None) -> dict[str, str]:
        all_known = [(account, one) for account in parts.accounts for one in subscribers.every(account)]
        known = [(account, one) for account, one in all_known if endpoint in (None, one["id"])]
        if len(known) != 1:
            raise HTTPException(404, f"Name one of {len(all_known)} webhook endpoints as `endpoint`.")
        return {"endpoint": known[0][1]["id"], "secret": roll_secret(*known[0])}

    _add_actions(router, parts)
    _add_trigger(router, parts)
    return router


def _add_actions(router: APIRouter, parts: Parts) -> None:
    @router.get("/objects/{name}/actions", summary="What a bank, a buyer or time can do to the object now")
    async def possible(name: str) -> dict[str, list[Object]]:
        doable = actions.possible(*_found(parts, name))
        return {"data": [{"action": action, "says": row.says} for action, row in doable.items()]}

    @router.post("/objects/{name}/{action}", summary="Let a bank, a buyer or time do it; the object afterwards")
    async def act(name: str, action: str) -> Object:
        account, thing = _found(parts, name)
        doable = actions.possible(account, thing)
        if action not in doable:
            raise HTTPException(409, f"Now it can only: {', '.join(doable) or 'nothing'}.")
        try:
            doable[action].work(account, thing)
        except StripeError as error:
            raise HTTPException(409, error.message) from error
        return _found(parts, name)[1]


class Wanted(BaseModel):
    """An event to trigger."""

    model_config = ConfigDict(extra="forbid")

    event: Annotated[str, Field(max_length=100)]
    metadata: Annotated[dict[str, str], Field(max_length=50)] = {}
    """For every object that is made for it."""
    override: Annotated[dict[str, dict[str, Any]], Field(max_length=20)] = {}
    """Other parameters: `{"payment_intent": {"amount": 500}}`."""
    account: Annotated[str | None, Field(max_length=100)] = None
    """The connected account in which it happens."""


def _add_trigger(router: APIRouter, parts: Parts) -> None:
    @router.get("/trigger", summary="The events that can be triggered")
    async def triggers() -> dict[str, list[str]]:
        return {"data": sorted(FIXTURES)}

    @router.post("/trigger", summary="Make the objects that it takes for the event to come")
    async def fire(wanted: Wanted) -> Object:
        wishes = Wishes(wanted.metadata, wanted.override)
        try:
            return await trigger(parts.account.named(wanted.account), wanted.event, wishes)
        except StripeError as error:
            raise HTTPException(error.status, error.message) from error


def _found(parts: Parts, name: str) -> tuple[Account, Object]:
    found = parts.find(name)
    if found is None:
        raise HTTPException(404, "There is no such object.")
    return found
