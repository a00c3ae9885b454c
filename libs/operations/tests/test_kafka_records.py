"""What strangers may write to Kafka is read, whatever bytes their headers are named by."""

import struct
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from tillstream_operations.kafka_records import FetchedRecords

CRC_AT, CRC_COVERS = 17, 21
Headers = list[tuple[str, bytes | None]]


def batch(records: Sequence[tuple[bytes, Headers]], *, swap: tuple[bytes, bytes] = (b"", b"")) -> bytes:
    """A batch as Kafka stores it, with some bytes swapped for others that a library would not write."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 2**20)
    for offset, (value, headers) in enumerate(records):
        builder.append(offset, 1_790_000_000_000, b"key", value, headers)
    whole = bytearray(bytes(builder.build()).replace(*swap) if swap[0] else builder.build())
    struct.pack_into(">I", whole, CRC_AT, calc_crc32c(bytes(whole[CRC_COVERS:])))
    return bytes(whole)


def read(raw: bytes, records: Any = FetchedRecords) -> list[tuple[int, bytes, Headers]]:
    """All records of what a fetch brought."""
    fetched, found = records(raw), []
    while fetched.has_next():
        one = fetched.next_batch()
        assert one.validate_crc()
        assert not one.is_control_batch
        found += [(record.offset, record.value, list(record.headers)) for record in one]
    return found


STRANGE: list[tuple[bytes, Headers]] = [
    (b"first", [("a", b"1")]),
    (b"second", [("NAME", b"\xff"), ("b", None)]),
    (b"third", [("c", b"3")]),
]


def test_header_name_that_is_not_utf_8_hides_no_record() -> None:
    """Its bytes are said in letters, which can be written again as they are."""
    raw = batch(STRANGE, swap=(b"NAME", b"\xff\xfe\x00x"))
    assert read(raw) == [
        (0, b"first", [("a", b"1")]),
        (1, b"second", [("\\xff\\xfe\x00x", b"\xff"), ("b", None)]),
        (2, b"third", [("c", b"3")]),
    ]
    with pytest.raises((UnicodeDecodeError, CorruptRecordException)):  # so that this is deleted once aiokafka reads it
        read(raw, MemoryRecords)


def test_batches_behind_it_are_read_too() -> None:
    """A fetch brings many."""
    raw = batch(STRANGE, swap=(b"NAME", b"\xff\xfe\xfd\xfc"))
    assert [value for _, value, _ in read(raw + batch(STRANGE) + raw)] == [value for value, _ in STRANGE] * 3


def test_what_is_really_broken_is_still_said_to_be() -> None:
    """A name that is longer than its record is no name."""
    raw = batch(STRANGE, swap=(b"\x08NAME", b"\x7eNAME"))
    with pytest.raises(CorruptRecordException):
        read(raw)
