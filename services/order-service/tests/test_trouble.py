"""Parts that are missing, down or slow: the service waits, says so, and goes on by itself."""

from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from order_service.migrate import migrate

pytestmark = pytest.mark.integration


async def test_service_waits_for_the_schema_and_says_so(
    serving: Any, database_url: str, kafka: Any, stripe: Any, get: Any, until: Any
) -> None:
    """It never migrates by itself; once somebody has, it goes on."""
    await kafka.tell(stripe.payment("succeeded"))
    async with serving() as app:
        await until(lambda: _part(get, app, "database", "The database has no schema yet; run python -m order_service"))
        assert (await get(app, "/livez")).status == 200
        await migrate(database_url)
        await kafka.changes("ord_1", count=1)
        assert (await get(app, "/readyz")).body == {
            "status": "ok",
            "parts": {"shutdown": "ok", "database": "ok", "kafka": "ok", "events": "ok"},
        }


async def test_database_that_goes_away_and_comes_back_loses_nothing(
    app: Any, database_url: str, database_server: str, kafka: Any, stripe: Any, get: Any, until: Any
) -> None:
    """Events wait in Kafka, none is parked; reading orders is refused with what to do."""
    await kafka.tell(stripe.payment("processing"))
    await kafka.changes("ord_1", count=1)
    await _close(database_server, database_url)
    await kafka.tell(stripe.payment("succeeded", at=1))
    await until(lambda: _retried(get, app))
    assert (await get(app, "/readyz")).status == 503
    assert (await get(app, "/livez")).status == 200
    answer = await get(app, "/v1/orders/ord_1")
    assert (answer.status, answer.body["code"], answer.headers["retry-after"]) == (503, "database_unavailable", "1")
    await _open(database_server, database_url)
    changes = await kafka.versions("ord_1", count=2)
    assert [change.status for change in changes] == ["processing", "paid"]
    assert (await get(app, "/v1/orders/ord_1")).body["status"] == "paid"
    assert await kafka.parked(count=0) == []


async def test_service_starts_before_kafka_and_survives_its_restart(
    serving: Any, migrated: str, own_kafka: Any, hand: Any, stripe: Any, get: Any, until: Any
) -> None:
    """What was written before, between and after is all taken in."""
    own_kafka.stop()
    async with serving(kafka_bootstrap_servers=own_kafka.bootstrap, kafka_topic_prefix="") as app:
        await until(lambda: _part(get, app, "kafka", "not reachable"))
        own_kafka.start()
        await until(lambda: _part(get, app, "kafka", "ok"), seconds=40)
        async with hand(own_kafka.bootstrap, "") as kafka:
            await kafka.tell(stripe.payment("processing"))
            await kafka.changes("ord_1", count=1, seconds=40)
        own_kafka.stop()
        own_kafka.start()
        async with hand(own_kafka.bootstrap, "") as kafka:
            await kafka.tell(stripe.payment("succeeded", at=1))
            changes = await kafka.versions("ord_1", count=2, seconds=60)
    assert [(change.version, change.status) for change in changes] == [(1, "processing"), (2, "paid")]


async def test_producer_that_failed_for_good_is_replaced(
    serving: Any, migrated: str, kafka: Any, stripe: Any, get: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From then on it raises whatever it is given; the change that it refused is published soon after."""
    made = list[AIOKafkaProducer]()

    def make(*args: Any, **settings: Any) -> AIOKafkaProducer:
        made.append(AIOKafkaProducer(*args, **settings))
        return made[-1]

    monkeypatch.setattr("order_service.publisher.AIOKafkaProducer", make)
    async with serving() as app:
        await kafka.tell(stripe.payment("processing"))
        await kafka.changes("ord_1", count=1)
        monkeypatch.setattr(made[0]._message_accumulator, "drain_by_nodes", _fail)
        await kafka.tell(stripe.payment("succeeded", at=1))
        changes = await kafka.versions("ord_1", count=2)
        assert [change.status for change in changes] == ["processing", "paid"]
        await until(lambda: _part(get, app, "events", "ok"))
    assert len(made) == 2


def _fail(**_: Any) -> None:
    raise RuntimeError


async def _part(get: Any, app: Any, part: str, word: str) -> bool:
    return (await get(app, "/readyz")).body["parts"][part].startswith(word)  # type: ignore[no-any-return]


async def _retried(get: Any, app: Any) -> bool:
    return "order_service_batch_retries_total{" in (await get(app, "/metrics")).body["text"]


async def _close(server: str, database_url: str) -> None:
    """End the connections to the database, and let nobody make another."""
    name = _name(database_url)
    connection = await asyncpg.connect(server)
    await connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await connection.close()


async def _open(server: str, database_url: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(f"ALTER DATABASE {_name(database_url)} WITH ALLOW_CONNECTIONS true")
    await connection.close()


def _name(database_url: str) -> str:
    return database_url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
