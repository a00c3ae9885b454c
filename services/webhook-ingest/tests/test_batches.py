"""Gathering: one request in flight per partition, in order, and nobody waits for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from webhook_ingest.batches import MAX_BATCH_BYTES, Batches, NotStored, Record

Until = Callable[[Callable[[], object]], Awaitable[None]]


class HeldKafka:
    """Writes when the test lets it, and notes how many writes ran at once per partition."""

    def __init__(self) -> None:
        self.gate = asyncio.Semaphore(0)
        self.written: list[list[bytes]] = []
        self.errors: list[Exception] = []
        self.at_once: dict[int, int] = {}

    async def ready(self) -> None:
        """Always."""

    def partition_of(self, key: bytes) -> int:
        return key[0]

    async def write(self, partition: int, records: Sequence[Record]) -> None:
        self.at_once[partition] = self.at_once.get(partition, 0) + 1
        assert self.at_once[partition] == 1
        await self.gate.acquire()
        self.at_once[partition] -= 1
        if self.errors:
            raise self.errors.pop()
        self.written.append([record.value for record in records])


def record(value: bytes, key: bytes = b"a") -> Record:
    return Record(key, value, [])


async def test_records_that_wait_are_written_together_in_the_order_they_came(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    first = asyncio.create_task(batches.append(record(b"0")))
    await until(lambda: bool(kafka.at_once))
    others = [asyncio.create_task(batches.append(record(b"%d" % number))) for number in range(1, 6)]
    await until(lambda: len(batches._gatherers[ord("a")]._queue) == 5)
    for _ in range(2):
        kafka.gate.release()
    await asyncio.gather(first, *others)
    assert kafka.written == [[b"0"], [b"1", b"2", b"3", b"4", b"5"]]


async def test_partitions_do_not_wait_for_each_other(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    waiting = [asyncio.create_task(batches.append(record(b"", key))) for key in (b"a", b"b", b"c")]
    await until(lambda: len(kafka.at_once) == 3)
    for _ in waiting:
        kafka.gate.release()
    await asyncio.gather(*waiting)
    assert len(kafka.written) == 3


async def test_append_returns_only_after_the_write(until: Until) -> None:
    kafka = HeldKafka()
    append = asyncio.create_task(Batches(kafka, timeout=5).append(record(b"x")))
    await until(lambda: bool(kafka.at_once))
    assert not append.done()
    kafka.gate.release()
    await append
    assert kafka.written == [[b"x"]]


async def test_a_failed_batch_is_told_to_all_of_it_and_the_next_goes_on(until: Until) -> None:
    kafka = HeldKafka()
    kafka.errors.append(ValueError("no"))
    batches = Batches(kafka, timeout=5)
    first = asyncio.create_task(batches.append(record(b"1")))
    await until(lambda: bool(kafka.at_once))
    second = asyncio.create_task(batches.append(record(b"2")))
    kafka.gate.release()
    with pytest.raises(NotStored):
        await first
    kafka.gate.release()
    await second
    assert kafka.written == [[b"2"]]


async def test_a_record_whose_sender_gave_up_while_it_waited_is_not_written(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=0.05)
    first = asyncio.create_task(batches.append(record(b"1")))
    await until(lambda: bool(kafka.at_once))
    second = asyncio.create_task(batches.append(record(b"2")))
    for append in (first, second):
        with pytest.raises(NotStored):
            await append
    kafka.gate.release()
    await until(lambda: _all_written(batches))
    assert kafka.written == [[b"1"]]


def _all_written(batches: Batches) -> bool:
    return all(gatherer._work is None or gatherer._work.done() for gatherer in batches._gatherers.values())


async def test_no_batch_grows_beyond_its_limit_but_a_large_record_goes_alone() -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    sizes = [10, MAX_BATCH_BYTES // 2, MAX_BATCH_BYTES // 2, 2 * MAX_BATCH_BYTES, 10, 10]
    waiting = [asyncio.create_task(batches.append(record(b"x" * size))) for size in sizes]
    for _ in sizes:
        kafka.gate.release()
    await asyncio.gather(*waiting)
    assert [len(value) for batch in kafka.written for value in batch] == sizes
    assert all(len(batch) == 1 or sum(map(len, batch)) <= MAX_BATCH_BYTES for batch in kafka.written)
