"""Writing to Kafka within a time, and a parked record that is larger than Kafka takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from order_service.parking import Parked, outgoing
from order_service.publisher import NotPublished, Outgoing, Publisher
from tillstream_contracts import STRIPE_EVENTS

pytestmark = pytest.mark.integration

TIMEOUT = timedelta(seconds=2)


async def test_record_too_large_to_be_parked_whole_is_parked_by_reference(kafka: Any, kafka_bootstrap: str) -> None:
    """It stays where it stood; what says so is written in its place, and the consumer goes on."""
    topic, value = STRIPE_EVENTS.under(kafka.prefix), bytes(2 * 2**20)
    huge = ConsumerRecord(topic, 1, 42, 0, 0, b"pi_1", value, None, 4, len(value), [("x", b"1")])
    publisher = Publisher(kafka_bootstrap, timeout=TIMEOUT)
    await publisher.start()
    await publisher.publish([outgoing(Parked(huge, "It is huge."), datetime.now(UTC))])
    await publisher.stop()
    [parked] = await kafka.parked(count=1)
    headers = {name: text.decode() for name, text in parked.headers}
    assert (parked.key, parked.value, headers["parked_reason"]) == (b"pi_1", None, "It is huge.")
    assert (headers["parked_from"], headers["parked_without_value"]) == (f"{topic}/1/42", "too large")


async def test_silent_kafka_is_given_up_in_time_and_used_again_afterwards(own_kafka: Any, until: Any) -> None:
    """A frozen broker takes the connection and says nothing."""
    publisher = Publisher(own_kafka.bootstrap, timeout=TIMEOUT)
    await publisher.start()
    change = Outgoing("orders.status.v1", b"ord_1", b"{}", [])
    await publisher.publish([change])
    own_kafka.pause()
    with pytest.raises(NotPublished):
        await publisher.publish([change])
    own_kafka.resume()
    await until(lambda: _published(publisher, change))
    await publisher.stop()


async def _published(publisher: Publisher, change: Outgoing) -> bool:
    try:
        await publisher.publish([change])
    except NotPublished:
        return False
    return True
