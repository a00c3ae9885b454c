"""Reading records that a stranger wrote to Kafka, as far as aiokafka would not.

Kafka takes header names of any bytes. aiokafka decodes them as UTF-8 and raises on others: the consumer never gets past
such a record, and what was fetched along with it, of other partitions too, is dropped and not read again.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


def take_any_header_names() -> None:
    """Let every consumer of this process read a name's bytes that are not UTF-8, as `\\xff`, said in letters."""
    fetcher.MemoryRecords = FetchedRecords


class FetchedRecords(_MemoryRecordsPy):  # type: ignore[misc]  # aiokafka has no types
    """The batches of a partition that came with one fetch."""

    def next_batch(self) -> Any:
        """The next one, None after the last."""
        raw, batch = self._next_slice, super().next_batch()
        return Batch(raw, batch) if batch is not None and batch.magic >= MAGIC_WITH_HEADERS else batch


MAGIC_WITH_HEADERS = 2


class Batch:
    """What aiokafka's fast reader reads of a batch, and from the first header name that stops it, its slow one."""

    def __init__(self, raw: memoryview, fast: Any) -> None:
        self._raw, self._fast = raw, fast

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fast, name)

    def __next__(self) -> Any:
        return next(self._fast)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._fast:
                read += 1
                yield record
        except (UnicodeDecodeError, CorruptRecordException):  # its reader without extensions makes it the latter
            slow = iter(_Patient(self._raw))
            for _ in range(read):
                next(slow)
            yield from slow


class _Patient(_DefaultRecordBatchPy):  # type: ignore[misc]
    """A batch read in Python, whose texts may be any bytes."""

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = _AnyText(self._buffer)


class _AnyText(bytearray):
    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _AnyText(part) if isinstance(at, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002  # bytearray's signature
        return super().decode(encoding, "backslashreplace")
