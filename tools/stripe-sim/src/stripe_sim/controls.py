"""`/sim`: what a test turns and looks at. No key is needed."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.exceptions import HTTPException

from stripe_sim.chaos import Chaos
from stripe_sim.faults import Fault
from stripe_sim.objects import Object
from stripe_sim.parts import Parts
from stripe_sim.webhook_endpoints import roll_secret


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

    @router.get("/deliveries", summary="The latest attempts to deliver events, oldest first")
    async def deliveries() -> dict[str, list[Object]]:
        return {"data": list(parts.deliveries.log)}

    @router.post("/reset", summary="Forget everything")
    async def reset() -> dict[str, Any]:
        parts.reset()
        return {"reset": True}

    @router.post("/secret_roll", summary="Give a webhook endpoint (or the only one) a new signing secret")
    async def secret_roll(endpoint: Annotated[str | None, Body(embed=True)] = None) -> dict[str, str]:
        known = [one for one in parts.account.store.oldest_first("webhook_endpoint") if endpoint in (None, one["id"])]
        if len(known) != 1:
            raise HTTPException(404, f"Name one of {len(known)} webhook endpoints as `endpoint`.")
        return {"endpoint": known[0]["id"], "secret": roll_secret(parts.account, known[0])}

    return router
