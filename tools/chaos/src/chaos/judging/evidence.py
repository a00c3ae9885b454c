"""What the judge looks at, as it was found: loaded once, then only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.stripe import Life
from chaos.stripe.journal import Attempt, Order


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a topic."""

    partition: int
    offset: int
    key: str
    event_id: str
    """Its `ce_id`."""
    source: str
    """Its `ce_source`: who wrote it."""
    value: bytes
    healed: str = ""
    """In which way it was found, if it did not come from Stripe by itself."""


@dataclass(frozen=True, slots=True)
class State:
    """How an order, a subscription or an unmatched payment stands, whoever says so."""

    status: str
    amount: int = 0
    captured: int = 0
    refunded: int = 0
    disputed: int = 0
    currency: str = ""
    flags: tuple[str, ...] = ()
    latest_invoice: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A stored version of an order or subscription."""

    id: str
    version: int
    cause: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """What a timeline says of an event; `of` is the order, subscription or payment that the line is about."""

    event_id: str
    of: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Database:
    """What order-service keeps."""

    orders: Mapping[str, State]
    subscriptions: Mapping[str, State]
    unmatched: Mapping[str, State]
    versions: Mapping[str, int]
    """The version of each order and subscription."""
    changes: Sequence[Change]
    lines: Sequence[Line]
    taken_in: frozenset[str]
    """The ids of events in the inbox."""
    parked: tuple[str, ...] = ()
    idle_in_transaction: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a client was told: a snapshot or a newer status."""

    client: str
    connection: int
    watched: str
    kind: str
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was seen once the faults had stopped and all was sent."""

    lag_seconds: float | None
    """How long it took until nothing waited in Kafka; None if that took too long."""
    lag_left: int
    not_ready: tuple[str, ...] = ()
    """The processes that are not, each with what it says."""


@dataclass(frozen=True)
class Evidence:
    """All of a run."""

    lives: Sequence[Life]
    attempts: Sequence[Attempt]
    placed: Sequence[Order]
    topics: Mapping[str, Sequence[Record]]
    """By the name without a prefix, each in the order of partitions and offsets."""
    database: Database
    answers: Mapping[str, State | str]
    """What the API says of each that the model knows, by id; words where it gave no such answer."""
    frames: Sequence[Frame]
    """In the order in which they came."""
    watched: Mapping[str, str]
    """What each client watched, heard of or not."""
    aftermath: Aftermath
