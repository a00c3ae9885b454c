"""Gathering: one request in flight per partition, in order, and nobody waits for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest

from webhook_ingest.batches import Batches
from webhook_ingest.queues import MAX_BATCH_BYTES
from webhook_ingest.records import Heard, NotStored, Record

Until = Callable[[Callable[[], object]], Awaitable[None]]


class HeldKafka:
    """Writes when the test lets it, and notes how many writes ran at once per broker and partition."""

    def __init__(self) -> None:
        self.gate = asyncio.Semaphore(0)
        self.requests: list[dict[int, list[bytes]]] = []
        self.errors: list[Exception] = []
        self.at_once: dict[int, int] = {}

    @property
    def written(self) -> list[list[bytes]]:
        """Batch after batch."""
        return [batch for request in self.requests for batch in request.values()]

    async def ready(self) -> None:
        """Always."""

    def partition_of(self, key: bytes) -> int:
        return key[0]

    def broker_of(self, partition: int) -> int:
        """Two letters share a broker: ab, cd, and so on."""
        return (partition - 1) // 2

    async def write(self, batches: Mapping[int, Sequence[Record]], settled: Heard) -> None:
        taking = {*batches, *(-self.broker_of(partition) for partition in batches)}
        for one in taking:
            self.at_once[one] = self.at_once.get(one, 0) + 1
            assert self.at_once[one] == 1
        await self.gate.acquire()
        for one in taking:
            self.at_once[one] -= 1
        if self.errors:
            raise self.errors.pop()
        self.requests.append({partition: [one.value for one in records] for partition, records in batches.items()})
        for partition in list(batches):
            settled(partition, None)


def record(value: bytes, key: bytes = b"a") -> Record:
    return Record(key, value, [])


async def test_records_that_wait_are_written_together_in_the_order_they_came(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    first = asyncio.create_task(batches.append(record(b"0")))
    await until(lambda: bool(kafka.at_once))
    others = [asyncio.create_task(batches.append(record(b"%d" % number))) for number in range(1, 6)]
    await until(lambda: len(batches._queues[ord("a")]) == 5)
    for _ in range(2):
        kafka.gate.release()
    await asyncio.gather(first, *others)
    assert kafka.written == [[b"0"], [b"1", b"2", b"3", b"4", b"5"]]


async def test_brokers_do_not_wait_for_each_other(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    waiting = [asyncio.create_task(batches.append(record(b"", key))) for key in (b"a", b"c", b"e")]
    await until(lambda: len(kafka.at_once) == 6)
    for _ in waiting:
        kafka.gate.release()
    await asyncio.gather(*waiting)
    assert len(kafka.requests) == 3


async def test_partitions_of_a_broker_go_in_one_request(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    first = asyncio.create_task(batches.append(record(b"0", b"a")))
    await until(lambda: bool(kafka.at_once))
    others = [asyncio.create_task(batches.append(record(b"%d" % n, b"a" if n % 2 else b"b"))) for n in range(1, 5)]
    await until(lambda: sum(map(len, batches._queues.values())) == 4)
    for _ in range(2):
        kafka.gate.release()
    await asyncio.gather(first, *others)
    assert kafka.requests == [{ord("a"): [b"0"]}, {ord("a"): [b"1", b"3"], ord("b"): [b"2", b"4"]}]


async def test_broker_that_is_done_does_not_hurry_another(until: Until) -> None:
    kafka = HeldKafka()
    batches = Batches(kafka, timeout=5)
    done, busy = (asyncio.create_task(batches.append(record(b"", key))) for key in (b"c", b"a"))
    await until(lambda: len(kafka.at_once) == 4)
    waits = asyncio.create_task(batches.append(record(b"", b"b")))
    await until(lambda: len(batches._queues) == 3)
    kafka.gate.release()
    await done
    for _ in range(5):
        await asyncio.sleep(0)
    assert ord("b") not in kafka.at_once
    for _ in range(2):
        kafka.gate.release()
    await asyncio.gather(busy, waits)


async def test_broker_goes_on_with_others_while_one_partition_is_not_settled(until: Until) -> None:
    """A partition that aiokafka tries again and again holds up nobody but itself."""
    kafka, stuck = HeldKafka(), asyncio.Event()
    batches = Batches(kafka, timeout=5)

    async def one_hangs(records: Mapping[int, Sequence[Record]], settled: Heard) -> None:
        for partition in sorted(records, reverse=True):
            if partition == ord("a"):
                await stuck.wait()
            settled(partition, None)

    kafka.write = one_hangs  # type: ignore[method-assign,assignment]
    hangs = asyncio.create_task(batches.append(record(b"", b"a")))
    await asyncio.gather(*(batches.append(record(b"", b"b")) for _ in range(2)))
    async with asyncio.timeout(1):
        await batches.append(record(b"", b"b"))
    assert not hangs.done()
    stuck.set()
    await hangs


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
    await until(lambda: not batches._rounds)
    assert kafka.written == [[b"1"]]


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
