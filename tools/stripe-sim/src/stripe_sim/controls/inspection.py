"""`/sim` as the web page reads it: what there is, what can be done to it, and how its events were delivered."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.exceptions import HTTPException

from stripe_sim.controls import actions
from stripe_sim.controls.summaries import is_about, is_named, summary
from stripe_sim.objects import Object
from stripe_sim.parts import Parts

MOST_LISTED = 500
EVENTS_SHOWN = 50
Words = Annotated[str, Query(max_length=255)]
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]


def inspection(parts: Parts) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/sim", tags=["inspection"])

    @router.get("/state", summary="How much there is, and a tag that changes whenever anything does")
    async def state() -> Object:
        return {
            "tag": parts.tag(),
            "counts": parts.counts(),
            "chaos": parts.deliveries.knobs.model_dump(),
            "api_version": parts.account.settings.api_version,
        }

    @router.get("/objects", summary="Objects of a kind, or of all kinds, newest first")
    async def objects(kind: Words = "", q: Words = "", limit: Limit = 100) -> dict[str, Any]:
        lines = list(islice(_lines(parts, kind, q.strip()), limit + 1))
        return {"data": _with_deliveries(parts, lines[:limit]), "has_more": len(lines) > limit}

    @router.get("/objects/{name}", summary="An object, its events, and what can be done to it now")
    async def one(name: str) -> Object:
        found = parts.find(name)
        if found is None:
            raise HTTPException(404, "There is no such object.")
        account, thing = found
        told = (event for event in account.store.newest_first("event") if is_about(event, name))
        return {
            "object": thing,
            "actions": [{"action": a, "says": row.says} for a, row in actions.possible(account, thing).items()],
            "events": _with_deliveries(parts, map(summary, islice(told, EVENTS_SHOWN))),
            "deliveries": [line for line in parts.deliveries.log if line["event"] == name],
        }

    return router


def _lines(parts: Parts, kind: str, words: str) -> Iterator[Object]:
    for account in parts.accounts:
        for each in [kind] if kind else sorted(account.store.counts()):
            for thing in account.store.newest_first(each):
                if not words or is_named(thing, words):
                    yield {**summary(thing), "account": account.name if account.platform else None}


def _with_deliveries(parts: Parts, lines: Iterable[Object]) -> list[Object]:
    """Events also say how often they were delivered, and with what outcome at last."""
    last = {line["event"]: line["outcome"] for line in parts.deliveries.log}
    attempts = Counter(line["event"] for line in parts.deliveries.log)
    return [
        {**line, "attempts": attempts[line["id"]], "outcome": last.get(line["id"])} if line["kind"] == "event" else line
        for line in lines
    ]
