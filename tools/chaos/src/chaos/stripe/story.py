"""A life while it is being told: its clock, its names, and the events that it has by now."""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

from chaos.stripe.life import Event, Expected, Life, Placed

API_VERSION: Final = "2026-10-28.endive"
SAME_SECOND: Final = 0.35
HOURS_LATE: Final = 6
CURRENCIES: Final = ("eur", "usd", "gbp", "jpy")

Object = dict[str, Any]


class Story:
    """Tells one life. All that is random in it comes from the seed and the life's number, so it is told the same twice.

    `begins` is the second in which it begins; a late one begins hours before that, and takes its time.
    """

    def __init__(self, seed: int, number: int, begins: int, *, late: bool = False, placed: Placed | None = None):
        self.random = random.Random(f"{seed}/life/{number}")  # noqa: S311 - repeatable, keeps no secret
        self.number = number
        self.key = f"chaos-{seed}-{number}"
        self.now = begins - self.random.randint(2, HOURS_LATE) * 3600 if late else begins
        self.amount = self.random.randrange(100, 50_000)
        self.currency = self.random.choice(CURRENCIES)
        self._pace = 300 if late else 1
        self._tag = f"S{seed}N{number}x"
        self._counts: dict[str, int] = {}
        self._placed = placed
        self._events: list[Event] = []
        self._aside: set[str] = set()
        self._last: dict[str, Object] = {}
        self.order_id = placed.order_id if placed else f"ord_{self._tag}"

    def name(self, prefix: str) -> str:
        """A new id of this life: `re_S7N12x1`. The first payment's is the one that intent-api answered."""
        count = self._counts[prefix] = self._counts.get(prefix, 0) + 1
        if prefix == "pi" and count == 1 and self._placed:
            return self._placed.payment_intent_id
        return f"{prefix}_{self._tag}{count}"

    @property
    def metadata(self) -> dict[str, str]:
        """What intent-api writes on whatever is this order's at Stripe."""
        return {"merchant_id": "default", "order_id": self.order_id, "reference": f"shop-{self.number}"}

    def wait(self) -> None:
        """Let some time pass, or none at all: Stripe's clock has whole seconds only."""
        if self.random.random() >= SAME_SECOND:
            self.now += self.random.randint(1, 3) * self._pace

    def chance(self, probability: float) -> bool:
        """Whether something happens that happens so often."""
        return self.random.random() < probability

    def part(self) -> int:
        """Some of the amount, but not all."""
        return self.random.randrange(1, self.amount)

    def tell(self, event_type: str, thing: Object) -> None:
        """It happens now, and some time passes after it."""
        event_id = self.name("evt")
        body = written(event_id, event_type, self.now, thing, self._before(event_type, thing))
        self._events.append(Event(event_id, event_type, self.now, body))
        self._last[thing["id"]] = json.loads(json.dumps(thing))
        self.wait()

    def mention(self, event_type: str, thing: Object) -> None:
        """Tell of something that happens beside it all and must change nothing."""
        self.tell(event_type, thing)
        self._aside.add(self._events[-1].event_id)

    def life(self, kind: str, expected: Expected, *, through_intent_api: bool, dropped_share: float) -> Life:
        """All of it. Of a life that begins at intent-api nothing is dropped: what is late there has its own reasons."""
        share = 0.0 if through_intent_api else dropped_share
        events = tuple(_dropped(event, self.random.random() < share) for event in self._events)
        return Life(
            number=self.number,
            key=self.key,
            kind=kind,
            events=events,
            expected=expected,
            through_intent_api=through_intent_api,
            amount=self.amount,
            currency=self.currency,
            without_effect=frozenset(self._aside),
        )

    def _before(self, event_type: str, thing: Object) -> Mapping[str, Any] | None:
        """What Stripe gives as `previous_attributes`, with events that tell of a change."""
        known = self._last.get(thing["id"])
        if known is None or not event_type.endswith(".updated"):
            return None
        return {name: known.get(name) for name, value in thing.items() if known.get(name) != value}


def written(event_id: str, event_type: str, created: int, thing: Object, before: Mapping[str, Any] | None) -> bytes:
    """The event as Stripe writes it: indented, and in its order."""
    data = {"object": thing} | ({} if before is None else {"previous_attributes": before})
    event = {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }
    return json.dumps(event, indent=2).encode()


def _dropped(event: Event, dropped: bool) -> Event:
    return Event(event.event_id, event.type, event.created, event.body, dropped) if dropped else event
