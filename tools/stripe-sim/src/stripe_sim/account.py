"""One Stripe account in test mode: its objects, and what follows from every change of them."""

import contextlib
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from stripe_sim import subscribers
from stripe_sim.changes import Cause, Change, Moment, previous_attributes
from stripe_sim.errors import missing
from stripe_sim.objects import Clock, Names, Object
from stripe_sim.settings import Settings
from stripe_sim.signatures import SigningSecrets
from stripe_sim.store import Store

NOBODY = Cause()
TELL_WHAT_WAS = ("updated", "detached", "refunded")
"""Events whose names end so say what was before."""


class Timers(Protocol):
    """Lets something happen after so many seconds."""

    def after(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` later."""


Tell = Callable[[Object], None]
"""Takes an event to the webhook endpoints that want it."""


class Follower(Protocol):
    """Lets one object take note of what happened to another."""

    def __call__(self, account: "Account", event_type: str, thing: Object, /) -> None:
        """Change what must be changed."""


class Account:
    """The aggregate that every operation works on. Nothing here waits: a call is one step of the event loop."""

    def __init__(self, settings: Settings, clock: Clock, chance: random.Random, timers: Timers) -> None:
        self.settings = settings
        self.clock = clock
        self.names = Names(chance)
        self.store = Store(settings.objects_kept, settings.events_kept)
        self.signing = SigningSecrets()
        self.lives = 1
        """How often it began anew."""
        self.same_second: int | None = None
        """When set, all events say that they were created then."""
        self.tell: Tell = _tell_nobody
        self.followers: list[Follower] = []
        """Asked after each event what follows from it."""
        self._timers = timers
        self._frozen: int | None = None

    def moment(self, base_url: str = "") -> Moment:
        """Now."""
        return Moment(int(self.clock()) if self._frozen is None else self._frozen, self.names, base_url)

    @contextlib.contextmanager
    def time_of(self, thing: Object) -> Iterator[None]:
        """What is done inside is done at the time of the object's test clock, where it has one."""
        clock = self.store.get("test_helpers.test_clock", thing.get("test_clock") or "")
        before, self._frozen = self._frozen, clock["frozen_time"] if clock else None
        try:
            yield
        finally:
            self._frozen = before

    def find(self, kind: str, name: str, *, param: str, status: int = 404) -> Object:
        """The object, unless it was deleted. Raises StripeError `resource_missing` naming `param`."""
        thing = self.store.get(kind, name)
        if thing is None or thing.get("deleted"):
            raise missing(kind, name[:255], param, status)
        return thing

    def apply(self, change: Change, cause: Cause = NOBODY) -> None:
        """Do all that the change says; its error is raised last."""
        before = {thing["id"]: self.store.get(thing["object"], thing["id"]) for thing in change.kept}
        for thing in change.kept:
            self.store.put(thing)
        for name, thing in change.events:
            self._record(name, thing, before.get(thing["id"]), cause)
            for follow in self.followers:
                follow(self, name, thing)
        for later in change.later:
            self._timers.after(later.seconds, partial(later.then, self))
        if change.error:
            raise change.error

    def forget(self) -> None:
        """Begin anew with nothing."""
        self.store = Store(self.settings.objects_kept, self.settings.events_kept)
        self.signing = SigningSecrets()
        self.lives += 1

    def _record(self, name: str, thing: Object, before: Object | None, cause: Cause) -> None:
        data: Object = {"object": thing}
        if before is not None and name.endswith(TELL_WHAT_WAS):
            data["previous_attributes"] = previous_attributes(before, thing)
        event: Object = {
            "id": self.names.id("evt", 25),
            "object": "event",
            "api_version": self.settings.api_version,
            "created": int(self.clock()) if self.same_second is None else self.same_second,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(subscribers.of(self, name)),
            "request": {"id": cause.request_id, "idempotency_key": cause.idempotency_key},
            "type": name,
        }
        self.store.put(event)
        self.tell(event)


def _tell_nobody(_: Object) -> None:
    """Until somebody listens."""
