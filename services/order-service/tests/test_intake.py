"""What becomes of a batch's offsets, and of a consumer that hangs; no Kafka needed."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from order_service.__main__ import HTTP_DRAIN_SECONDS
from order_service.belt import Steps
from order_service.commits import IN_DATABASE, Commits
from order_service.intake import Intake
from order_service.metrics import Metrics
from order_service.progress import Progress
from order_service.publisher import STOP_SECONDS, NotPublished
from tillstream_contracts import STRIPE_EVENTS


@dataclass
class Consumer:
    """Stands in for aiokafka's: notes what it is told."""

    owned: set[TopicPartition]
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    sought: dict[TopicPartition, int] = field(default_factory=dict)
    commit_fails: bool = False
    commit_hangs: bool = False
    commits: int = 0
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    reached: dict[TopicPartition, int] = field(default_factory=dict)
    waiting: list[tuple[Any, ...]] = field(default_factory=list)
    """The batches that were fetched meanwhile."""

    async def getmany(self, *, timeout_ms: int, max_records: int) -> dict[TopicPartition, tuple[Any, ...]]:
        assert timeout_ms == 0
        assert max_records == len(BATCH)
        return {A: self.waiting.pop(0)} if self.waiting else {}

    async def commit(self, offsets: dict[TopicPartition, tuple[int, str]]) -> None:
        self.commits += 1
        await asyncio.sleep(0)
        if self.commit_hangs:
            await asyncio.Event().wait()
        if self.commit_fails:
            raise CommitFailedError
        assert {note for _, note in offsets.values()} == {IN_DATABASE}
        self.committed.update({partition: offset for partition, (offset, _) in offsets.items()})

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition not in self.owned:
            raise IllegalStateError
        self.sought[partition] = offset

    def assignment(self) -> set[TopicPartition]:
        return self.owned

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self.ends[partition] for partition in partitions}

    async def position(self, partition: TopicPartition) -> int:
        return self.reached[partition]


@dataclass
class Message:
    raw_message: tuple[Any, ...]
    consumer: Consumer


def record(partition: int, offset: int) -> Any:
    return ConsumerRecord("topic", partition, offset, 0, 0, None, b"{}", None, 0, 2, [("bad", b"\xff")])


A, B = TopicPartition("topic", 0), TopicPartition("topic", 1)
BATCH = (record(0, 7), record(0, 8), record(1, 3))


def intake(settings: Any, handle: Any, topic: str = "topic", **options: Any) -> Intake:
    progress = Progress(Metrics(), stuck_after=timedelta(seconds=30))
    return Intake(settings(**options), [topic], Steps(_just, _just, handle), progress, Metrics())


async def _just(batch: Any) -> Any:
    return batch


async def well(_: Any) -> None:
    """Handles a batch."""


async def badly(_: Any) -> None:
    raise ConnectionError


@pytest.fixture
def database_url() -> str:
    """Nobody connects."""
    return "postgresql://localhost/none"


async def test_offsets_of_exactly_this_batch_are_committed(settings: Any) -> None:
    """By partition, the next one to read."""
    consumer = Consumer({A, B})
    taking = intake(settings, well)
    await taking._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    await taking.stop()
    assert (consumer.committed, consumer.sought) == ({A: 9, B: 4}, {})


async def test_batch_that_failed_is_rewound_and_not_committed(settings: Any) -> None:
    """As far as the partitions are still ours; one that moved away comes to somebody else."""
    consumer = Consumer({B})
    await intake(settings, badly)._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    assert (consumer.committed, consumer.sought) == ({}, {B: 3})


async def test_batches_that_wait_are_taken_in_while_they_come_whole(settings: Any) -> None:
    """What comes behind half of one is left to the next poll, so that few records are not taken in one by one."""
    consumer = Consumer({A, B}, waiting=[(record(0, 9), record(0, 10)), (record(0, 11),), (record(0, 12),)])
    taking = intake(settings, well, batch_records=3)
    await taking._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    await taking.stop()
    assert (consumer.committed, consumer.sought, len(consumer.waiting)) == ({A: 12, B: 4}, {}, 1)


async def test_of_batches_under_way_those_before_the_failed_one_are_committed_and_the_others_rewound(
    settings: Any,
) -> None:
    """However far the ones behind had come."""
    consumer = Consumer({A, B}, waiting=[(record(0, 9), record(1, 4)), (record(0, 10), record(0, 11))])

    async def fails_at_the_second(batch: Any) -> None:
        if batch[0].offset == 9:
            raise ConnectionError

    taking = intake(settings, fails_at_the_second, batch_records=3)
    await taking._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    await taking._commits.finish()
    assert (consumer.committed, consumer.sought) == ({A: 9, B: 4}, {A: 9, B: 4})
    assert not consumer.waiting


async def test_who_is_told_to_stop_fetches_nothing_more(settings: Any) -> None:
    """What is under way is finished, and committed."""
    consumer = Consumer({A, B}, waiting=[(record(0, 9), record(0, 10))])
    taking = intake(settings, well, batch_records=3)
    taking._stopping.set()
    await taking._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    assert (consumer.committed, len(consumer.waiting)) == ({A: 9, B: 4}, 1)


async def test_commit_that_fails_is_no_failure_of_the_batch(settings: Any) -> None:
    """It comes again and changes nothing."""
    consumer = Consumer({A, B}, commit_fails=True)
    taking = intake(settings, well)
    await taking._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    await taking.stop()
    assert (consumer.committed, consumer.sought) == ({}, {})


async def test_silent_kafka_holds_up_the_shutdown_no_longer_than_its_share(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit under way is given up, so that there is time left to leave the group."""
    monkeypatch.setattr("order_service.intake.LAST_COMMIT_SECONDS", 0.01)
    consumer = Consumer({A, B}, commit_hangs=True)
    taking = intake(settings, well)
    await taking._on_batch(Message(BATCH, consumer))  # type: ignore[arg-type]  # a stand-in
    async with asyncio.timeout(2):
        await taking.stop()
    assert consumer.committed == {}


def test_limits_of_a_shutdown_add_up_to_less_than_20_seconds(settings: Any) -> None:
    """One after the other: HTTP, the intake, the producer."""
    assert HTTP_DRAIN_SECONDS + intake(settings, well).stop_seconds + STOP_SECONDS < 20


async def test_what_is_done_during_a_commit_goes_with_the_next_one() -> None:
    """Not one commit a batch: the latest offset says all."""
    consumer, commits = Consumer({A, B}), Commits()
    commits.note([record(0, 7)], consumer)
    await asyncio.sleep(0)
    for offset in (8, 9):
        commits.note([record(0, offset)], consumer)
    await commits.finish()
    assert (consumer.committed, consumer.commits) == ({A: 10}, 2)


async def test_batch_that_keeps_failing_gives_the_clients_up_and_a_failing_database_does_not(settings: Any) -> None:
    """The producer may have failed for good; a new one would not mend the database."""
    for error, gives_up in ((NotPublished(), True), (ConnectionError(), False)):
        taking = intake(settings, _raising(error))
        taking._stopping.set()  # no pause
        for _ in range(3):
            assert not taking.given_up.is_set()
            await taking._on_batch(Message(BATCH, Consumer({A, B})))  # type: ignore[arg-type]  # a stand-in
        assert taking.given_up.is_set() is gives_up


def _raising(error: Exception) -> Any:
    async def handle(_: Any) -> None:
        raise error

    return handle


async def test_consumer_is_stuck_when_records_wait_and_no_batch_gets_done() -> None:
    """Not when nothing waits, nor when batches get done, nor before the time is up."""
    now = [0.0]
    metrics = Metrics()
    progress = Progress(metrics, stuck_after=timedelta(seconds=30), clock=lambda: now[0])
    idle, waiting = Consumer({A}, ends={A: 5}, reached={A: 5}), Consumer({A}, ends={A: 9}, reached={A: 5})
    now[0] = 100.0
    await progress.ask(idle)
    assert not progress.is_stuck(since=0)
    now[0] = 131.0
    await progress.ask(waiting)
    assert metrics.registry.get_sample_value("order_service_lag_records") == 4
    assert progress.is_stuck(since=0)
    assert not progress.is_stuck(since=0, times=2)
    assert not progress.is_stuck(since=120)
    progress.batch_arrived()
    await progress.ask(idle)
    assert progress.is_stuck(since=0)
    progress.batch_done()
    assert not progress.is_stuck(since=0)


def test_failing_batches_are_told_of_and_are_no_progress_unless_it_is_the_database() -> None:
    """The probes say so until a batch is done."""
    now = [0.0]
    progress = Progress(Metrics(), stuck_after=timedelta(seconds=30), clock=lambda: now[0])
    for _ in range(7):
        now[0] += 10
        progress.batch_arrived()
        progress.batch_failed(NotPublished())
    assert progress.is_stuck(since=0, times=2)
    assert progress.trouble == "batches fail: NotPublished"
    progress.batch_failed(ConnectionError())
    assert not progress.is_stuck(since=0)
    progress.batch_done()
    assert progress.trouble is None


@pytest.mark.integration
async def test_group_is_joined_through_any_of_several_brokers(
    settings: Any, kafka_bootstrap: str, kafka_prefix: str
) -> None:
    """The first one that is named does not answer."""
    several = f"127.0.0.1:9,{kafka_bootstrap}"
    topic = STRIPE_EVENTS.under(kafka_prefix)
    taking = intake(lambda: settings(kafka_bootstrap_servers=several), well, topic)
    await taking.start()
    assert taking.consumer is not None
    await taking.stop()
