"""What happens to a batch of records: thin events out of them, each object fetched once, the answers written back.

When it is done its offsets may be committed, not before. If the process dies between the two, the same events are
resolved again under the same ids, which the inbox knows.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog

from order_service.parking import RESOLVER, Parked, outgoing
from order_service.parking_limit import ParkingLimit
from order_service.publisher import Outgoing, Publisher
from order_service.records import Record
from order_service.resolver.events import Answer, Object, Thin, Unresolvable, read_thin, snapshot, snapshot_key
from order_service.resolver.metrics import ResolverMetrics
from order_service.resolver.stripe import Stripe
from order_service.stripe_calls.client import NotNow, Refused
from tillstream_contracts import EventHeaders
from tillstream_contracts.headers import texts

SOURCE: Final = "tillstream/order-service"
PASSED_ON: Final = ("ce_stripeendpoint", "ce_stripeaccount")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Batch:
    """Records in the order heard, and what is to be done about the thin events among them."""

    records: list[Record] = field(default_factory=list)
    thin: list[tuple[Record, Thin]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def objects(self) -> dict[Object, str]:
        """Each object once, with the event that asks for it."""
        return {thin.about: thin.id for _, thin in reversed(self.thin)}


def read_batch(records: Iterable[Record], *, most_objects: int) -> Batch:
    """As many of these records as are about so many objects; the others have to come again."""
    batch, objects = Batch(), set[Object]()
    for record in records:
        try:
            thin = read_thin(record)
        except Unresolvable as reason:
            batch.parked.append(Parked(record, str(reason)))
        else:
            if thin is not None and thin.about not in objects and len(objects) == most_objects:
                break
            if thin is not None:
                objects.add(thin.about)
                batch.thin.append((record, thin))
        batch.records.append(record)
    return batch


class Resolver:
    """Resolves batches, one at a time."""

    def __init__(
        self,
        stripe: Stripe,
        publisher: Publisher,
        metrics: ResolverMetrics,
        *,
        topic: str,
        limit: ParkingLimit,
        patience: float,
    ) -> None:
        self._stripe, self._publisher, self._metrics = stripe, publisher, metrics
        self._topic, self._limit, self._patience = topic, limit, patience

    async def resolve(self, batch: Batch) -> list[Record]:
        """The records that have to come again, as Stripe gave no answer; what the others ask for is acknowledged.

        Raises TooMuchParked or NotPublished; then all have to.
        """
        answers = await self._fetch(batch.objects())
        now, resolved, parked, undone = datetime.now(UTC), list[Outgoing](), list(batch.parked), list[Record]()
        for record, thin in batch.thin:
            match answers[thin.about]:
                case Answer() as answer:
                    resolved.append(self._resolved(record, thin, answer, now))
                case Refused() as reason:
                    is_gone = thin.type.endswith(".deleted")  # then it is no wonder
                    parked.append(Parked(record, str(reason), is_ours=not is_gone))
                case NotNow():
                    undone.append(record)
        self._limit.check(parked)
        await self._publisher.publish([*resolved, *(outgoing(one, now, by=RESOLVER) for one in parked)])
        self._limit.note(parked)
        self._count(len(batch.records) - len(undone), len(resolved), parked)
        return undone

    async def _fetch(self, objects: dict[Object, str]) -> dict[Object, Answer | Refused | NotNow]:
        """What Stripe says of each."""
        by = time.monotonic() + self._patience
        calls = (self._stripe.fetch(wanted, cause=cause, by=by) for wanted, cause in objects.items())
        found = dict(zip(objects, await asyncio.gather(*calls, return_exceptions=True), strict=True))
        return {wanted: _settled(answer) for wanted, answer in found.items()}

    def _resolved(self, record: Record, thin: Thin, answer: Answer, now: datetime) -> Outgoing:
        key, told = snapshot_key(thin, answer), texts(record.headers)
        recorded = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
        headers = EventHeaders(
            id=thin.snapshot_id,
            source=SOURCE,
            type=thin.type,
            time=thin.created,
            partition_key=key,
            traceparent=told.get("traceparent"),
            extensions=(
                ("ce_recordedtime", recorded),
                *((name, told[name]) for name in PASSED_ON if name in told),
            ),
        )
        return Outgoing(self._topic, key.encode(), snapshot(thin, answer), headers.to_kafka())

    def _count(self, records: int, resolved: int, parked: Sequence[Parked]) -> None:
        outcomes = {"resolved": resolved, "parked": len(parked), "passed_over": records - resolved - len(parked)}
        for outcome, number in outcomes.items():
            self._metrics.records.labels(outcome).inc(number)
        for one in parked:
            log.warning("record_parked", parked_from=f"{one.record.topic}/{one.record.offset}", reason=one.reason)


def _settled(answer: Answer | BaseException) -> Answer | Refused | NotNow:
    if isinstance(answer, Answer | Refused | NotNow):
        return answer
    raise answer
