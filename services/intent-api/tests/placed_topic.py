"""The topic that orders are told in, as its readers see it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from tillstream_contracts import ORDERS_PLACED


@dataclass
class PlacedTopic:
    """The topic that orders are told in, as its readers see it."""

    bootstrap: str
    prefix: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """What makes the service write there; patient, as a busy machine may be slow."""
        return {
            "kafka_bootstrap_servers": self.bootstrap,
            "kafka_topic_prefix": self.prefix,
            "publish_timeout": 20,
        }

    async def records(self, least: int) -> list[ConsumerRecord[bytes, bytes]]:
        """All records, once there are at least so many."""
        topic = ORDERS_PLACED.under(self.prefix)
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            found: list[ConsumerRecord[bytes, bytes]] = []
            async with asyncio.timeout(20):
                while len(found) < least or len(found) < sum(
                    (await consumer.end_offsets(consumer.assignment())).values()
                ):
                    for records in (await consumer.getmany(timeout_ms=50)).values():
                        found += records
            return found
        finally:
            await consumer.stop()
