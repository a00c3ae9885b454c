"""When the reconciler calls itself alive: it was once stuck for good, closing a consumer while Kafka came back."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from order_service.reconciler import missing, running
from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.missing import reader
from order_service.reconciler.running import ReconcilerRunning
from order_service.reconciler.settings import ReconcilerSettings


class Stubborn:
    """A consumer that takes the first cancellation for that of a task of its own, and then waits for another."""

    def __init__(self, **_: Any) -> None:
        pass

    async def start(self) -> None:
        """At once."""

    async def stop(self) -> None:
        """Hardly."""
        with suppress(asyncio.CancelledError):
            await asyncio.get_running_loop().create_future()
        await asyncio.get_running_loop().create_future()


async def test_consumer_that_does_not_let_go_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "AIOKafkaConsumer", Stubborn)
    async with asyncio.timeout(10):
        async with reader("nowhere:9", "stripe.events.v1"):
            pass


@pytest.fixture
def reconciler() -> ReconcilerRunning:
    """One whose database nobody can reach."""
    settings = {"STRIPE_SECRET_KEY": "sk_test_1", "ORDER_SERVICE_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    return ReconcilerRunning(ReconcilerSettings.model_validate(settings), ReconcilerMetrics())


async def _runs(reconciler: ReconcilerRunning, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await reconciler.run()


async def test_reconciler_whose_database_is_away_is_alive(
    reconciler: ReconcilerRunning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.1)
    await _runs(reconciler, 2)
    assert (await reconciler.alive()).ok


async def test_reconciler_that_never_gets_to_its_next_turn_is_not_alive(
    reconciler: ReconcilerRunning, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(running, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(ReconcilerRunning, "_lead", never)
    await _runs(reconciler, 1)
    assert not (await reconciler.alive()).ok
