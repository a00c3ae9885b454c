"""Making an event happen: the steps of its fixture, done one after another, until the event has come."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import test_clocks
from stripe_sim.controls import actions
from stripe_sim.controls.fixtures import FIXTURES, Params, Step
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.forms import as_texts, decode
from stripe_sim.http.operations import Call
from stripe_sim.nouns import operation_at
from stripe_sim.objects import Object

LONGEST_SECONDS = 10.0
LOOKS_EVERY = 0.01
_ACTION = re.compile(r"/sim/objects/([^/]+)/([^/]+)")


@dataclass
class Wishes:
    """What the caller wants otherwise than the fixture says."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    """For every object that is made and can have it."""
    override: Mapping[str, Params] = field(default_factory=dict)
    """Other parameters, by the name of the step."""


async def trigger(account: Account, event_type: str, wishes: Wishes) -> Object:
    """The event that came, and the objects that were made for it.

    Raises StripeError for a type without a fixture, and for wishes that cannot be met.
    """
    steps = FIXTURES.get(event_type)
    if steps is None:
        raise invalid(f"No fixture makes {event_type[:100]}; these can be triggered: {', '.join(FIXTURES)}.", "event")
    _check(steps, wishes)
    before = next((event["id"] for event in account.store.newest_first("event")), None)
    made: dict[str, Object] = {}
    for step in steps:
        try:
            made[step.name] = await _done(account, step, made, wishes)
        except LookupError as error:
            raise invalid(f"With these parameters there is no {error} for {step.path}.", "override") from error
    event = await _came(account, event_type, before)
    return {"event": event["id"], "type": event_type, "objects": {name: thing["id"] for name, thing in made.items()}}


def _check(steps: tuple[Step, ...], wishes: Wishes) -> None:
    known = {step.name for step in steps if step.method == "POST" and step.params}
    unknown = [name for name in wishes.override if name not in known]
    if unknown:
        raise invalid(f"This event makes no {unknown[0][:100]}, only: {', '.join(sorted(known))}.", "override")


async def _done(account: Account, step: Step, made: dict[str, Object], wishes: Wishes) -> Object:
    path = step.path.format_map(made)
    if found := _ACTION.fullmatch(path):
        return _act(account, *found.groups())
    thing = _call(account, step, path, made, wishes)
    if thing.get("object") == test_clocks.KIND:
        return await _arrived(account, thing)
    return thing


def _act(account: Account, name: str, action: str) -> Object:
    thing = account.store.find(name)
    if thing is None or action not in actions.possible(account, thing):
        raise invalid(f"{name} cannot {action} now.")
    actions.ACTIONS[(thing["object"], action)].work(account, thing)
    return account.store.find(name) or thing


def _call(account: Account, step: Step, path: str, made: dict[str, Object], wishes: Wishes) -> Object:
    url, _, query = path.partition("?")
    operation, ids = operation_at("GET" if step.method == "LATEST" else step.method, url)
    asked = as_texts(_filled({**step.params, **decode(query)}, made))
    if step.method == "POST" and step.name not in made:
        asked = _wished(asked, step.name, wishes, may_note="metadata" in operation.shape.kinds)
    call = Call(operation.shape.read(asked), ids)
    try:
        answer = operation.work(account, call)
    except StripeError:
        if not step.refused:
            raise
        return made[step.name]
    return answer["data"][0] if step.method == "LATEST" else answer


def _wished(asked: Params, name: str, wishes: Wishes, *, may_note: bool) -> Params:
    noted = {"metadata": dict(wishes.metadata)} if wishes.metadata and may_note else {}
    return merged(merged(asked, noted), as_texts(wishes.override.get(name, {})))


def merged(asked: Params, wish: Mapping[str, Any]) -> Params:
    """The parameters with those of the wish in their place, at any depth."""
    both = {**asked}
    for name, value in wish.items():
        inner = both.get(name)
        both[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return both


def _filled(value: Any, made: dict[str, Object]) -> Any:
    match value:
        case dict():
            return {name: _filled(item, made) for name, item in value.items()}
        case list():
            return [_filled(item, made) for item in value]
        case str():
            return value.format_map(made)
        case _:
            return value


async def _arrived(account: Account, clock: Object) -> Object:
    """The clock once it stands still again."""
    end = time.monotonic() + LONGEST_SECONDS
    while clock.get("status") == "advancing" and time.monotonic() < end:
        await asyncio.sleep(LOOKS_EVERY)
        clock = account.store.get(test_clocks.KIND, clock["id"]) or clock
    return clock


async def _came(account: Account, event_type: str, before: str | None) -> Object:
    """The newest event of the type since then, as soon as there is one."""
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        for event in account.store.newest_first("event"):
            if event["id"] == before:
                break
            if event["type"] == event_type:
                return event
        await asyncio.sleep(LOOKS_EVERY)
    raise StripeError(504, f"{event_type} did not come within {LONGEST_SECONDS:.0f} seconds.", kind="api_error")
