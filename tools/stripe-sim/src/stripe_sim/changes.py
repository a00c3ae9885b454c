"""What a transition says: objects to keep, events to tell, what comes later, and how the caller is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stripe_sim.http.errors import StripeError
from stripe_sim.objects import Names, Object

if TYPE_CHECKING:
    from stripe_sim.account import Account


@dataclass(frozen=True)
class Moment:
    """When something happens, and the names for what comes into being by it."""

    now: int
    names: Names
    base_url: str = ""
    """Where this stand-in's own pages are reached."""


@dataclass(frozen=True)
class Cause:
    """The request that led to an event; both are None where nobody asked."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Later:
    """Something that happens by itself after a while."""

    seconds: float
    then: Callable[[Account], None]


@dataclass(frozen=True)
class Change:
    """The outcome of a transition. `events` are in the order in which Stripe sends them."""

    kept: tuple[Object, ...] = ()
    events: tuple[tuple[str, Object], ...] = ()
    later: tuple[Later, ...] = ()
    error: StripeError | None = None
    """Raised at the caller after all the rest was done: a declined card changes the PaymentIntent too."""

    def after(self, first: Change) -> Change:
        """This, once the other has happened."""
        return replace(self, kept=first.kept + self.kept, events=first.events + self.events)


def previous_attributes(before: Object, after: Object) -> Object:
    """What the members that changed were before, as an event tells it: inside objects only what differs."""
    return {name: _difference(before.get(name), value) for name, value in after.items() if before.get(name) != value}


def _difference(before: Any, after: Any) -> Any:
    return previous_attributes(before, after) if isinstance(before, dict) and isinstance(after, dict) else before
