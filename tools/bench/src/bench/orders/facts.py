"""What Stripe tells in a while, as webhook-ingest writes it: whole lives, mixed as they come, some of it twice.

A wave is told once and then taken again under other names, which is cheaper. Events and payments have names that
begin alike, as Stripe's do that were made at one time; order ids, which are hashes, have not.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Final, NamedTuple

import orjson

from chaos.stripe import Event, Expected, Life, lives
from chaos.stripe.lives import offset
from chaos.stripe.schedule import postings
from tillstream_contracts import EventHeaders
from tillstream_contracts.stripe_keys import key_of

SEED: Final = 1
BEGUN_AT: Final = 1_790_000_000
SECONDS: Final = 180.0
"""In which such lives begin and mostly end."""
REPEATED: Final = 0.3
"""Of all records: those that bring an event again."""
LATEST_COPY: Final = 20.0
NAME: Final = re.compile(rf"(ord_)?S{SEED}N(\d+)x".encode())
"""What the model's ids have in them: whose they are."""


class Fact(NamedTuple):
    """One record of the topic of Stripe's events."""

    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Wave:
    """Facts, the sequence in which they arrive, some of them again, and how all of it ends."""

    facts: Sequence[Fact]
    arrivals: Sequence[int]
    """Which of the facts comes next."""
    expected: Sequence[Expected]
    tag: str = ""
    """What the ids of its events begin with, after `evt_`."""

    def under(self, name: str) -> "Wave":
        """The same with other ids."""
        facts = [
            Fact(renamed(one.key, name), renamed(one.value, name), [(key, renamed(said, name)) for key, said in one[2]])
            for one in self.facts
        ]
        expected = [replace(one, id=renamed(one.id.encode(), name).decode()) for one in self.expected]
        return Wave(facts, self.arrivals, expected, f"S{name}N")


def renamed(text: bytes, name: str) -> bytes:
    """With the ids of another wave."""
    return NAME.sub(lambda found: _name(found, name), text)


def _name(found: re.Match[bytes], name: str) -> bytes:
    prefix, number = found.groups()
    scattered = hashlib.md5(name.encode() + number, usedforsecurity=False).hexdigest()[:8].encode() if prefix else b""
    return b"%b%bS%bN%bx" % (prefix or b"", scattered, name.encode(), number)


@cache
def wave(orders: int) -> Wave:
    """Everything that happens to so many orders, subscriptions and payments."""
    told = [life for life in lives(SEED, orders, begun_at=BEGUN_AT, seconds=SECONDS) if life.events]
    arriving = sorted((one for life in told for one in _arrivals(life, orders)), key=lambda one: one[0])
    events = [event for life in told for event in life.events]
    number = {event.event_id: number for number, event in enumerate(events)}
    arrivals = [number[event.event_id] for _, event in arriving]
    return Wave([_fact(event) for event in events], arrivals, [life.expected for life in told])


def _arrivals(life: Life, orders: int) -> Iterator[tuple[float, Event]]:
    dice = random.Random(f"{SEED}/again/{life.number}")  # noqa: S311 - repeatable, keeps no secret
    begins = offset(life.number, orders, SECONDS)
    for posting in postings(SEED, life, BEGUN_AT + int(begins)):
        if posting.copy:
            continue
        arrives = begins + posting.after
        yield arrives, posting.event
        if dice.random() < REPEATED / (1 - REPEATED):
            yield arrives + dice.uniform(0, LATEST_COPY), posting.event


def _fact(event: Event) -> Fact:
    key = key_of(orjson.loads(event.body), event.event_id)
    created = datetime.fromtimestamp(event.created, UTC)
    extensions = (("ce_recordedtime", created.isoformat()), ("ce_stripeendpoint", "default"))
    source = "tillstream/webhook-ingest"
    headers = EventHeaders(event.event_id, source, event.type, created, key, extensions=extensions)
    return Fact(key.encode(), event.body, headers.to_kafka())
