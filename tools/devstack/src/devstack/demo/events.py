"""Orders as they change, one line each."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from tillstream_contracts import ORDERS_STATUS, OrderStatus, OrderStatusChanged
from tillstream_contracts.money import written

POLL_MS = 500
STYLES = {
    OrderStatus.PAID: "bold green",
    OrderStatus.PAYMENT_FAILED: "red",
    OrderStatus.CANCELED: "red",
    OrderStatus.EXPIRED: "red",
}


async def follow(console: Console, bootstrap: str, *, goes_on: Callable[[], bool]) -> None:
    """Print each change of an order from now on, for as long as `goes_on`."""
    consumer = AIOKafkaConsumer(ORDERS_STATUS.name, bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer.seek_to_end()
        while goes_on():
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    console.print(line(record.value or b""), soft_wrap=True)
    except KafkaError as error:
        console.print(f"Kafka has gone: {escape(str(error))}")
    finally:
        await consumer.stop()


def line(value: bytes) -> str:
    """One change, or that a record could not be read."""
    try:
        change = OrderStatusChanged.model_validate_json(value)
    except ValidationError:
        return f"[yellow]a record on {ORDERS_STATUS.name} that is no OrderStatusChanged[/]"
    at = datetime.now(UTC).astimezone().strftime("%H:%M:%S")
    before = f"{change.previous_status} → " if change.previous_status else ""
    status = f"{before}[{STYLES.get(change.status, 'bold')}]{change.status}[/]"
    amount = written(change.amounts.ordered, change.currency)
    order, cause = escape(change.order_id), escape(change.cause.event_type)
    return f"[dim]{at}[/] {order} v{change.version} {status}  {amount}  [dim]{cause}[/]"
