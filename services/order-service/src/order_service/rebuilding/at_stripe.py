"""What Stripe itself says of the payments: asked one by one within a budget of calls, and nothing is written."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import reduce
from time import monotonic
from typing import Final, NamedTuple

import orjson
from prometheus_client import CollectorRegistry

from order_service.payment import Payment
from order_service.postgres import Connection
from order_service.reading import Reader
from order_service.rebuilding.folding import Tell
from order_service.rebuilding.schema import REBUILD, quoted
from order_service.rebuilding.stripe_settings import StripeSettings
from order_service.reconciler.healing import refetched
from order_service.reconciler.objects import Objects, Seen
from order_service.rows import payment_of
from order_service.stripe_calls.client import Refused, StripeCalls
from order_service.stripe_calls.metrics import CallMetrics

AT_A_TIME: Final = 100
AT_ONCE: Final = 4
"""Payments that are asked for at once; the others' time does not run yet."""
CAUSE: Final = "rebuild"
PAGE: Final = "SELECT payment_id FROM {schema}.payments WHERE payment_id > $1 ORDER BY payment_id LIMIT $2"
COUNT: Final = "SELECT count(*) FROM {schema}.payments"
ROWS: Final = "SELECT * FROM {schema}.payments WHERE payment_id = ANY($1::text[])"


@asynccontextmanager
async def asking(settings: StripeSettings) -> AsyncIterator[Objects]:
    """A way to ask Stripe."""
    calls = StripeCalls(settings, CallMetrics("tillstream_rebuild", CollectorRegistry()))
    async with calls.opened():
        yield Objects(calls, settings.patience)


class Stands(NamedTuple):
    """How a payment stands, as all three can tell it."""

    status: str
    captured: int
    refunded: int

    @classmethod
    def of(cls, payment: Payment | None) -> "Stands | None":
        """None where nobody tells of it."""
        return cls(payment.status.value, payment.captured, payment.refunded) if payment else None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A payment of which Stripe says something else than the live schema."""

    payment_id: str
    live: Stands | None
    rebuilt: Stands | None
    stripe: Stands | None

    @property
    def fields(self) -> dict[str, tuple[object, object, object]]:
        """What differs, by field; all of them if Stripe does not know the payment."""
        sides = (self.live, self.rebuilt, self.stripe)
        by_field = {name: tuple(side and getattr(side, name) for side in sides) for name in Stands._fields}
        return {name: (a, b, c) for name, (a, b, c) in by_field.items() if a != c}

    def in_words(self) -> list[str]:
        """A sentence for each field."""
        if self.stripe is None:
            return [f"payment {self.payment_id}: Stripe does not give it to this key"]
        return [
            f"payment {self.payment_id}: {name} is {_shown(live)} live, {_shown(rebuilt)} rebuilt, {told} at Stripe"
            for name, (live, rebuilt, told) in self.fields.items()
        ]


@dataclass(slots=True)
class Asked:
    """What came of it."""

    payments: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)


class AtStripe:
    """Asks Stripe for the payments of the live schema and of the rebuilt one."""

    def __init__(self, objects: Objects, reader: Reader, live: Connection, schema: str, tell: Tell) -> None:
        self._objects, self._reader, self._live, self._schema, self._tell = objects, reader, live, schema, tell
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def compare(self) -> Asked:
        """All payments, in no transaction, as it may take hours. Raises NotNow.

        One that differs is looked at once more at the end: it may just have moved, with its event on the way.
        """
        asked, unsure, begun = Asked(), list[str](), monotonic()
        count = await self._live.fetchval(COUNT.format(schema=quoted(self._schema)))
        async for some in self._pages():
            unsure += [one.payment_id for one in await self._disagreeing(some)]
            asked.payments += len(some)
            self._tell(asked.payments, max(0, count - asked.payments), monotonic() - begun)
        for begin in range(0, len(unsure), AT_A_TIME):
            asked.disagreements += await self._disagreeing(unsure[begin : begin + AT_A_TIME])
        return asked

    async def _pages(self) -> AsyncIterator[list[str]]:
        last, whole = "", " UNION ".join(f"({PAGE.format(schema=one)})" for one in (quoted(self._schema), REBUILD))
        while rows := await self._live.fetch(f"{whole} ORDER BY 1 LIMIT $2", last, AT_A_TIME):  # our own
            yield [row["payment_id"] for row in rows]
            last = rows[-1]["payment_id"]

    async def _disagreeing(self, payment_ids: Sequence[str]) -> list[Disagreement]:
        """Stripe is asked first: what it says is then at most newer than what is here."""
        answers = await asyncio.gather(*(self._asked(payment_id) for payment_id in payment_ids))
        told = {one: Stands.of(payment) for one, payment in zip(payment_ids, answers, strict=True)}
        live, rebuilt = await self._rows(self._schema, payment_ids), await self._rows(REBUILD, payment_ids)
        found = [Disagreement(one, live.get(one), rebuilt.get(one), stands) for one, stands in told.items()]
        return [one for one in found if one.fields]

    async def _asked(self, payment_id: str) -> Payment | None:
        """The payment with its refunds and disputes, made of Stripe's answers as of events; None if it has none."""
        try:
            async with self._turns:
                seen = await self._objects.seen(payment_id)
        except Refused:
            return None
        payments = [payment for one in seen for payment in self._read(one) if payment.payment_id == payment_id]
        return reduce(Payment.join, payments) if payments else None

    def _read(self, one: Seen) -> list[Payment]:
        event = refetched(one.thing, one.api_version, one.at, CAUSE)
        facts = self._reader(orjson.dumps(event)).facts if event else ()
        return [fact for fact in facts if isinstance(fact, Payment)]

    async def _rows(self, schema: str, payment_ids: Sequence[str]) -> Mapping[str, Stands | None]:
        rows = await self._live.fetch(ROWS.format(schema=quoted(schema)), payment_ids)
        return {row["payment_id"]: Stands.of(payment_of(row)) for row in rows}


def _shown(value: object) -> object:
    return "nothing" if value is None else value
