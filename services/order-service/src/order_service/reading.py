"""A batch of records becomes what its events tell, and the records that nobody can read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from order_service.attached_facts import read_payment_attached
from order_service.failures import without_content
from order_service.inbox import Heard
from order_service.parking import Parked
from order_service.placed_facts import read_order_placed
from order_service.records import Record
from order_service.stripe_events import read_stripe_event
from order_service.told import Told, Unreadable
from tillstream_contracts import ORDERS_PLACED, PAYMENTS_ATTACHED, STRIPE_EVENTS
from tillstream_contracts.headers import HEALED

log = structlog.get_logger(__name__)

Reader = Callable[[bytes], Told]


def readers(*, topic_prefix: str, order_id_key: str) -> dict[str, Reader]:
    """Which reader each topic needs; its keys are the topics to consume."""
    return {
        STRIPE_EVENTS.under(topic_prefix): lambda value: read_stripe_event(value, order_id_key=order_id_key),
        ORDERS_PLACED.under(topic_prefix): read_order_placed,
        PAYMENTS_ATTACHED.under(topic_prefix): read_payment_attached,
    }


@dataclass(slots=True)
class Read:
    """What of a batch is read. `unrelated` events are about no order or payment; Kafka keeps them."""

    records: Sequence[Record] = ()
    """All of the batch."""
    heard: list[tuple[Record, Heard]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    unrelated: int = 0

    def add(self, records: Iterable[Record], by_topic: Mapping[str, Reader], *, max_bytes: int) -> None:
        """Read these of it; whatever is wrong with one, the others are read."""
        for record in records:
            try:
                told = by_topic[record.topic](_value(record, max_bytes))
            except Unreadable as reason:
                self.parked.append(Parked(record, str(reason)))
            except Exception as error:  # noqa: BLE001  # told in the log, without a trace, which may quote it
                self.parked.append(_broken(record, error))
            else:
                _sort(record, replace(told, heals=True) if _heals(record) else told, self)


def _broken(record: Record, error: Exception) -> Parked:
    where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    log.error("record_broke_its_reader", **where, **without_content(error))
    return Parked(record, f"Its reader failed: {type(error).__name__}.", is_ours=True)


def _value(record: Record, max_bytes: int) -> bytes:
    if not record.value:
        raise Unreadable("The record is empty.")
    if len(record.value) > max_bytes:
        raise Unreadable(f"The record has {len(record.value)} bytes, more than the {max_bytes} allowed.")
    return record.value


def _heals(record: Record) -> bool:
    return HEALED in dict(record.headers)


def _sort(record: Record, told: Told, batch: Read) -> None:
    if told.concerns_us:
        batch.heard.append((record, Heard(told, record.partition, record.offset)))
    else:
        batch.unrelated += 1
