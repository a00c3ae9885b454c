"""One Stripe account in test mode: its objects, and what follows from every change of them.

The accounts that are connected to it are worlds of their own, with the same rules.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from stripe_sim.changes import Cause, Change, Moment, previous_attributes
from stripe_sim.events import subscribers
from stripe_sim.events.signatures import SigningSecrets
from stripe_sim.http.errors import missing, not_connected
from stripe_sim.http.idempotency import IdempotencyKeys
from stripe_sim.objects import Clock, Names, Object
from stripe_sim.settings import Settings
from stripe_sim.store import Store

NOBODY = Cause()
TELL_WHAT_WAS = ("updated", "detached", "refunded")
"""Events whose names end so say what was before."""


class Timers(Protocol):
    """Lets something happen after so many seconds."""

    def after(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` later."""


Tell = Callable[["Account", Object], None]
"""Takes an account's event to the webhook endpoints that want it."""
PLATFORM = "acct_simPlatform"
"""The id of the account that has the keys."""


class Follower(Protocol):
    """Lets one object take note of what happened to another."""

    def __call__(self, account: Account, event_type: str, thing: Object, /) -> None:
        """Change what must be changed."""


class Account:
    """The aggregate that every operation works on. Nothing here waits: a call is one step of the event loop."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        chance: random.Random,
        timers: Timers,
        platform: Account | None = None,
        name: str = PLATFORM,
    ) -> None:
        self.settings = settings
        self.name, self.platform = name, platform
        self.connected: dict[str, Account] = {}
        """The accounts of those whom a platform serves."""
        self.clock = clock
        self.names = Names(chance)
        self.store = Store(settings.objects_kept, settings.events_kept)
        self.signing = SigningSecrets()
        self.lives = 1
        """How often it began anew."""
        self.same_second: int | None = platform.same_second if platform else None
        """When set, all events say that they were created then."""
        self.listener: Tell = platform.listener if platform else _tell_nobody
        self.followers: list[Follower] = platform.followers if platform else []
        """Asked after each event what follows from it."""
        self.keys = IdempotencyKeys(clock, settings.idempotency_seconds, settings.objects_kept)
        self._chance, self._timers = chance, timers
        self._frozen: int | None = None

    def connect(self, name: str) -> Account:
        """One more connected account."""
        self.connected[name] = Account(self.settings, self.clock, self._chance, self._timers, self, name)
        return self.connected[name]

    def named(self, name: str | None) -> Account:
        """The account that a caller means. Raises StripeError 403 for one that is not connected."""
        if name in (None, "", self.name):
            return self
        if name not in self.connected:
            raise not_connected(str(name))
        return self.connected[name]

    def tell(self, event: Object) -> None:
        """Take the event to all who want it."""
        self.listener(self, event)

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
        self.keys.clear()
        self.connected.clear()
        self.lives += 1

    def _record(self, name: str, thing: Object, before: Object | None, cause: Cause) -> None:
        data: Object = {"object": thing}
        if before is not None and name.endswith(TELL_WHAT_WAS):
            data["previous_attributes"] = previous_attributes(before, thing)
        event: Object = {
            "id": self.names.id("evt", 25),
            "object": "event",
            **({"account": self.name} if self.platform else {}),
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


def _tell_nobody(_: Account, __: Object) -> None:
    """Until somebody listens."""
