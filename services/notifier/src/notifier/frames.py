"""From the wire and to the wire: what a client asks, what an order looks like to it. No I/O."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationError

from notifier.refusals import Refused
from tillstream_contracts import Amounts, OrderStatus, OrderStatusChanged
from tillstream_contracts.stream import Heartbeat, OrderFrame, Snapshot, Status, Subscribe
from tillstream_contracts.types import Currency, Frozen, MinorUnits, OrderId, Timestamp


class Change(NamedTuple):
    """One version of an order, encoded once for all who watch it."""

    version: int
    frame: bytes


class StoredOrder(Frozen):
    """What notifier reads of order-service's `GET /v1/orders/{order_id}`."""

    order_id: OrderId
    reference: str | None = None
    version: Annotated[int, Field(ge=0)]
    status: OrderStatus
    previous_status: OrderStatus | None = None
    currency: Currency | None
    amount: MinorUnits
    captured: MinorUnits
    refunded: MinorUnits
    disputed: MinorUnits
    flags: tuple[str, ...] = ()
    updated_at: Timestamp


def read_subscribe(message: str | bytes) -> Subscribe:
    """The client's one frame. Raises Refused: `bad_frame`."""
    if isinstance(message, bytes):
        raise Refused("bad_frame")
    try:
        return Subscribe.model_validate_json(message)
    except ValidationError as error:
        raise Refused("bad_frame") from error


def change(event: OrderStatusChanged) -> Change:
    """An event from Kafka as the `status` frame that clients get."""
    return Change(event.version, _encoded(Status(**_fields_of_event(event))))


def snapshot(order: StoredOrder) -> Change:
    """An order as it is stored, as a `snapshot` frame."""
    amounts = Amounts(ordered=order.amount, captured=order.captured, refunded=order.refunded, disputed=order.disputed)
    return Change(
        order.version,
        _encoded(
            Snapshot(
                order_id=order.order_id,
                reference=order.reference,
                version=order.version,
                status=order.status,
                previous_status=order.previous_status,
                currency=order.currency,
                amounts=amounts,
                flags=order.flags,
                at=order.updated_at,
            )
        ),
    )


def unheard_of(order_id: str, now: datetime) -> Change:
    """The snapshot of an order that order-service has not heard of yet: pending, version 0."""
    nothing = Amounts(ordered=0, captured=0, refunded=0, disputed=0)
    frame = Snapshot(
        order_id=order_id,
        reference=None,
        version=0,
        status=OrderStatus.PENDING,
        previous_status=None,
        currency=None,
        amounts=nothing,
        flags=(),
        at=now,
    )
    return Change(0, _encoded(frame))


def heartbeat(next_within_seconds: float) -> bytes:
    """The frame that tells a client when to expect the next one at the latest."""
    return _encoded(Heartbeat(next_within_seconds=next_within_seconds))


def _fields_of_event(event: OrderStatusChanged) -> dict[str, Any]:
    fields = {name: getattr(event, name) for name in OrderFrame.model_fields if name != "at"}
    return {**fields, "at": event.occurred_at}


def _encoded(frame: Frozen) -> bytes:
    return frame.model_dump_json().encode()
