"""Records as another company's producer may write them, and aiokafka's would not."""

import struct
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

CODECS: Final = ("gzip", "snappy", "lz4", "zstd")
"""All that Kafka knows to compress with."""
CRC_AT, CRC_COVERS = 17, 21
"""Where a batch's checksum stands, and where that begins which it is of (Kafka, "Record Batch")."""


async def send_named_by_bytes(
    producer: AIOKafkaProducer, topic: str, value: bytes | None, *, key: bytes | None, name: bytes, partition: int = 0
) -> None:
    """Write a record with a header of this name, which need not be UTF-8."""
    instead = "~" * len(name)
    batch = producer.create_batch()
    batch.append(key=key, value=value, timestamp=None, headers=[(instead, b"x")])
    batch.close()
    build = batch._build  # noqa: SLF001

    def renamed() -> bytearray:
        whole: Any = bytearray(bytes(build()).replace(instead.encode(), name))
        struct.pack_into(">I", whole, CRC_AT, calc_crc32c(bytes(whole[CRC_COVERS:])))
        return bytearray(whole)

    batch._build = renamed  # noqa: SLF001
    await (await producer.send_batch(batch, topic, partition=partition))
