"""Past a limit nothing more is parked that may be our own fault: the consumer stops, and everything stays in Kafka."""

from itertools import count
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from order_service import store
from order_service.failures import TooMuchParked
from order_service.parking import Parked
from order_service.parking_limit import ParkingLimit

OFFSETS = count()


def parked(*, is_ours: bool = True) -> Parked:
    """A record of its own."""
    return Parked(ConsumerRecord("t", 0, next(OFFSETS), 0, 0, None, b"", None, 0, 0, []), "It fails.", is_ours=is_ours)


def test_so_many_a_minute_may_be_parked() -> None:
    """A minute later as many again."""
    now = [0.0]
    limit = ParkingLimit(2, clock=lambda: now[0])
    for _ in range(2):
        limit.check([parked()])
        limit.note([parked()])
    now[0] = 59.0
    with pytest.raises(TooMuchParked, match="It fails"):
        limit.check([parked()])
    limit.note([])
    now[0] = 60.0
    limit.check([parked(), parked()])


def test_records_that_nobody_can_read_have_a_limit_of_their_own() -> None:
    """They may be many, as they are not our fault; but a reader that understands nothing shall not empty a topic."""
    limit = ParkingLimit(0, 100)
    unreadable = [parked(is_ours=False) for _ in range(100)]
    limit.check(unreadable)
    limit.note(unreadable)
    limit.check([])
    with pytest.raises(TooMuchParked, match="It fails"):
        limit.check([parked(is_ours=False)])


def test_record_that_comes_again_counts_once() -> None:
    """Kafka did not take what its batch published: that is no further record that fails here."""
    limit, again = ParkingLimit(2), parked()
    for _ in range(3):
        limit.check([again])
        limit.note([again])
    limit.check([parked()])
    with pytest.raises(TooMuchParked):
        limit.check([parked(), parked()])


def test_once_stopped_only_a_good_batch_lets_the_next_one_be_parked() -> None:
    """With time alone a topic would trickle into its parked one, so many a minute."""
    now = [0.0]
    limit = ParkingLimit(1, clock=lambda: now[0])
    with pytest.raises(TooMuchParked):
        limit.check([parked(), parked()])
    now[0] = 1000.0
    with pytest.raises(TooMuchParked):
        limit.check([parked()])
    limit.note([])
    limit.check([parked()])


@pytest.mark.integration
@pytest.mark.parametrize("broken", ["order_service.fold.Books.take_in", "order_service.reading.read_stripe_event"])
async def test_bad_deployment_stops_and_parks_nothing_and_a_good_one_goes_on(
    broken: str, serving: Any, kafka: Any, stripe: Any, get: Any, until: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every event fails: it says so, tries little, commits nothing. After the next deployment all are there."""
    transactions = _count_transactions(monkeypatch)
    for number in range(100):
        await kafka.tell(stripe.payment("succeeded", pi=f"pi_{number}", order=f"ord_{number}"))
    await kafka.tell(b"not json")
    with monkeypatch.context() as patched:
        patched.setattr(broken, _fail)
        async with serving(parked_a_minute=5) as app:
            await until(lambda: _stopped(get, app))
            attempts = transactions.count(max(transactions, default=0))
            assert len(transactions) <= 20 * attempts
            assert (await get(app, "/livez")).status == 200
            metrics = (await get(app, "/metrics")).body["text"]
            assert "order_service_stopped 1.0" in metrics
            assert 'order_service_batch_retries_total{because="TooMuchParked"}' in metrics
    async with serving(parked_a_minute=5) as app:
        await kafka.orders_told(count=100)
        [unreadable] = await kafka.parked(count=1)
    assert unreadable.value == b"not json"
    assert await pool.fetchval("SELECT count(*) FROM parked_records") == 1


@pytest.mark.integration
async def test_flood_of_rubbish_stops_the_consumer_which_says_so_and_goes_on_once_allowed(
    serving: Any, kafka: Any, stripe: Any, get: Any, until: Any, pool: Any
) -> None:
    """It is past the limit in one batch already, so none is parked; with a higher limit all are."""
    for number in range(30):
        await kafka.tell(f"rubbish {number}".encode())
    await kafka.tell(stripe.payment("succeeded"))
    async with serving(unreadable_a_minute=20) as app:
        await until(lambda: _stopped(get, app))
        assert "docs/recovery.md" in (await get(app, "/readyz")).body["parts"]["events"]
        assert (await get(app, "/livez")).status == 200
        assert "order_service_stopped 1.0" in (await get(app, "/metrics")).body["text"]
    assert await pool.fetchval("SELECT count(*) FROM parked_records") == 0
    async with serving(unreadable_a_minute=30):
        await kafka.changes("ord_1", count=1)
        assert len(await kafka.parked(count=30)) == 30


def _count_transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    real, sizes = store.take_in, list[int]()

    async def take_in(connection: Any, heard: Any, **others: Any) -> Any:
        sizes.append(len(heard))
        return await real(connection, heard, **others)

    monkeypatch.setattr("order_service.store.take_in", take_in)
    return sizes


def _fail(*_: Any, **__: Any) -> None:
    raise TypeError


async def _stopped(get: Any, app: Any) -> bool:
    answer = await get(app, "/readyz")
    told: str = answer.body["parts"]["events"]
    return answer.status == 503 and told.startswith("stopped: Too many records fail here")
