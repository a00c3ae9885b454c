"""Writing to Kafka within a time, and a parked record that is larger than Kafka takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from order_service.parking import HEADERS, Parked, outgoing
from order_service.publisher import NotPublished, Outgoing, Publisher
from schemas.witness import Witness
from tillstream_contracts import ORDERS_STATUS, STRIPE_EVENTS

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
    change = Outgoing(STRIPE_EVENTS.name + ".parked", b"pi_1", b"{}", [(name, b"x") for name in HEADERS])
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


async def test_witness_notices_a_change_that_is_not_as_described(
    kafka: Any, kafka_bootstrap: str, witness: Witness
) -> None:
    """Once on its way to Kafka, and once as it stands there."""
    publisher = Publisher(kafka_bootstrap, timeout=10 * TIMEOUT)
    await publisher.start()
    before, seen = len(witness.found), witness.seen
    await publisher.publish([Outgoing(ORDERS_STATUS.under(kafka.prefix), b"ord_1", b'{"order_id": "ord_1"}', [])])
    await publisher.stop()
    at_once = witness.found[before:]
    await kafka.orders_told(count=1)
    noticed, witness.found[before:] = witness.found[before:], []
    assert at_once
    assert noticed == at_once * 2
    assert witness.seen == seen + 2
