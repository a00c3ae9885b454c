"""What Stripe's API would answer by now: its list of events, and each object as the latest event left it."""

import hashlib
import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from chaos.stripe.life import Life
from chaos.stripe.objects.payment_intent import payment_intent
from chaos.stripe.story import Object


class Entry(NamedTuple):
    """An event's place in the list, the oldest first."""

    created: int
    sequence: int
    event_id: str
    type: str
    body: bytes


@dataclass
class Account:
    """One Stripe account. What happens in the future is not known yet."""

    clock: Callable[[], float] = time.time
    events: list[Entry] = field(default_factory=list)
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)
    _about: dict[str, list[Entry]] = field(default_factory=dict)
    _made: dict[str, tuple[str, Object]] = field(default_factory=dict)
    _intents: dict[str, Object] = field(default_factory=dict)

    def tell(self, life: Life) -> None:
        """Let it know all that happens in a life; each event is listed from its own second on."""
        for event in life.events:
            entry = Entry(event.created, len(self._places), event.event_id, event.type, event.body)
            self._places[event.event_id] = entry[:2]
            insort(self.events, entry)
            insort(self._about.setdefault(_object(entry)["id"], []), entry)

    def listed(self, after: str | None, before: str | None) -> Iterator[Entry]:
        """Events that have happened: the newest first, or before an id backwards from it, as Stripe pages."""
        by_now = bisect_right(self.events, self._now(), key=_second)
        if before is not None:
            return iter(self.events[self._position(before) + 1 : by_now])
        end = by_now if after is None else min(by_now, self._position(after))
        return (self.events[index] for index in range(end - 1, -1, -1))

    def event(self, event_id: str) -> Object | None:
        """One event, if it has happened."""
        place = self._places.get(event_id)
        if place is None or place[0] > self._now():
            return None
        found: Object = orjson.loads(self.events[self._position(event_id)].body)
        return found

    def object(self, object_id: str) -> Object | None:
        """An object as it stands now."""
        told = self._about.get(object_id, [])
        known = told[: bisect_right(told, self._now(), key=_second)]
        return _object(known[-1]) if known else self._intents.get(object_id)

    def make_payment_intent(self, key: str, asked: Mapping[str, str]) -> Object | None:
        """The PaymentIntent of this idempotency key, always the same; None if the key was used for another wish."""
        wish = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        if key not in self._made:
            metadata = {name[9:-1]: value for name, value in asked.items() if name.startswith("metadata[")}
            made_id = f"pi_3C{hashlib.sha256(key.encode()).hexdigest()[:22]}"
            intent = payment_intent(made_id, int(asked["amount"]), asked["currency"], self._now(), metadata)
            self._made[key] = wish, intent
            self._intents[made_id] = intent
        first, intent = self._made[key]
        return intent if first == wish else None

    def _position(self, event_id: str) -> int:
        """Where it stands in the list; before all if nobody knows it."""
        return bisect_left(self.events, self._places.get(event_id, (-1, -1)))

    def _now(self) -> int:
        return int(self.clock())


def _second(entry: Entry) -> int:
    return entry.created


def _object(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(entry.body)["data"]["object"]
    return told
