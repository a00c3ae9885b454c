"""`tillstream parked` on a real Kafka and PostgreSQL: parked records are found, looked at, replayed or discarded."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from typer.testing import CliRunner, Result

from order_service.command.app import app as command
from tillstream_contracts import STRIPE_EVENTS

pytestmark = pytest.mark.integration

Tillstream = Callable[..., Awaitable[Result]]
SECRET_WORDS = b"buyer@example.com is not json"


@pytest.fixture
def environment(migrated: str, kafka_bootstrap: str, kafka_prefix: str) -> dict[str, str]:
    return {
        "ORDER_SERVICE_DATABASE_URL": migrated,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
        "LOGNAME": "olga",
        "COLUMNS": "80",
    }


@pytest.fixture
def tillstream(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Tillstream:
    """Runs the command, in a thread as it has a loop of its own."""
    monkeypatch.setattr("order_service.command.settings.log_beside_the_answer", lambda _: None)

    async def tillstream(*arguments: str, exits: int = 0, stdin: str = "", **changes: str) -> Result:
        given = {**environment, **changes}
        result = await asyncio.to_thread(CliRunner().invoke, command, [*arguments], input=stdin, env=given)
        assert result.exit_code == exits, result.output
        return result

    return tillstream


async def _listed(tillstream: Tillstream, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((await tillstream("parked", "list", "--json", *arguments)).stdout)[
        "records"
    ]
    return found


@pytest.fixture
async def refused(serving: Any, kafka: Any, stripe: Any, pool: Any) -> str:
    """The id of a record that failed here for a reason which is gone by now; the service is not running."""
    await pool.execute("ALTER TABLE payments ADD CONSTRAINT refused CHECK (amount <> 666)")
    headers = [("ce_id", b"evt_1"), ("ce_type", b"payment_intent.succeeded"), ("x", b"\x80"), ("x", b"2")]
    async with serving():
        await kafka.tell(stripe.payment("succeeded", id="evt_1", amount=666), headers=headers)
        [parked] = await kafka.parked(count=1)
    await pool.execute("ALTER TABLE payments DROP CONSTRAINT refused")
    return str(dict(parked.headers)["parked_from"].decode())


async def test_replayed_record_is_as_it_was_and_takes_effect(
    refused: str, tillstream: Tillstream, serving: Any, kafka: Any, kafka_bootstrap: str, pool: Any, get: Any
) -> None:
    """Bytes, key and headers; and the list says that it was replayed, and where it stands now."""
    async with serving() as app:
        said = (await tillstream("parked", "replay", refused)).stdout
        [change] = await kafka.changes("ord_1", count=1)
        assert (await get(app, "/v1/orders/ord_1")).body["captured"] == 666
    assert "replayed, taken in" in said
    assert (change.version, change.status) == (1, "paid")
    assert await _listed(tillstream) == []
    [listed] = await _listed(tillstream, "--state", "replayed")
    first, again = [await _record(kafka_bootstrap, place) for place in (refused, listed["written_to"])]
    assert (again.value, again.key, again.headers) == (first.value, first.key, first.headers)
    assert (again.partition, again.offset) == (first.partition, first.offset + 1)


async def test_replaying_twice_changes_nothing(
    refused: str, tillstream: Tillstream, serving: Any, kafka: Any, pool: Any
) -> None:
    """Not the order, nor its versions, timeline and payments; what is published again has the same id and body."""
    async with serving():
        await tillstream("parked", "replay", refused)
        await kafka.changes("ord_1", count=1)
        before = await _books(pool)
        await tillstream("parked", "replay", refused)
        changes = await kafka.changes("ord_1", count=2)
    assert changes[0] == changes[1]
    assert await _books(pool) == before
    assert await pool.fetchval("SELECT deliveries FROM inbox WHERE event_id = 'evt_1'") == 2
    assert len(await kafka.parked(count=1)) == 1


async def test_record_replayed_while_the_service_is_away_is_taken_in_later(
    refused: str, tillstream: Tillstream, serving: Any, kafka: Any
) -> None:
    """The command says that it waits."""
    said = await tillstream("parked", "replay", refused, "--wait", "0.5")
    assert "not taken in yet" in said.stdout
    assert "is order-service running?" in said.stderr
    async with serving():
        await kafka.changes("ord_1", count=1)


async def test_record_parked_again_is_told_as_such_and_not_taken_by_all(
    serving: Any, tillstream: Tillstream, kafka: Any
) -> None:
    """However often everything is replayed, it is once."""
    async with serving():
        await kafka.tell(b"not json")
        await kafka.parked(count=1)
        assert "parked again" in (await tillstream("parked", "replay", "--all", exits=1)).stdout
        assert "Nothing to replay" in (await tillstream("parked", "replay", "--all")).stderr
    [again] = await _listed(tillstream)
    assert (again["state"], again["reason"]) == ("parked again", "The value is not JSON.")
    [first] = await _listed(tillstream, "--state", "replayed")
    assert again["replay_of"] == first["id"]
    assert len(await kafka.parked(count=2)) == 2


async def test_dry_run_says_what_would_be_done_and_does_nothing(
    refused: str, tillstream: Tillstream, kafka_bootstrap: str, pool: Any
) -> None:
    """Neither in Kafka, nor in the audit."""
    said = await tillstream("parked", "replay", "--all", "--reason", "cannot be APPLIED", "--dry-run")
    assert "would be written to" in said.stdout
    assert "1 of 1 would be replayed. Nothing was done." in said.stderr
    topic, partition, offset = refused.split("/")
    assert await _record(kafka_bootstrap, f"{topic}/{partition}/{int(offset) + 1}") is None
    assert await pool.fetchval("SELECT count(*) FROM operator_actions") == 0


async def test_record_that_was_parked_without_its_value_is_fetched_from_where_it_first_stood(
    tillstream: Tillstream, kafka: Any, kafka_bootstrap: str, stripe: Any
) -> None:
    """As the parked topic may refuse what is just not too large for its own."""
    whole = stripe.payment("succeeded")
    await kafka.tell(whole, headers=[("x", b"1")])
    place = f"{STRIPE_EVENTS.under(kafka.prefix)}/{await _partition(kafka)}/0"
    headers = [
        ("parked_reason", b"Too large."),
        ("parked_from", place.encode()),
        ("parked_without_value", b"too large"),
    ]
    await kafka.tell(None, topic=STRIPE_EVENTS.under(kafka.prefix) + ".parked", headers=headers)
    await tillstream("parked", "replay", place, "--wait", "0")
    [listed] = await _listed(tillstream, "--all")
    again = await _record(kafka_bootstrap, listed["written_to"])
    assert (again.value, again.headers) == (whole, (("x", b"1"),))


async def test_value_that_kafka_has_no_longer_cannot_be_replayed(tillstream: Tillstream, kafka: Any) -> None:
    """The command says so, and the record stays open."""
    place = f"{STRIPE_EVENTS.under(kafka.prefix)}/0/77"
    headers = [
        ("parked_reason", b"Too large."),
        ("parked_from", place.encode()),
        ("parked_without_value", b"too large"),
    ]
    await kafka.tell(None, topic=STRIPE_EVENTS.under(kafka.prefix) + ".parked", headers=headers)
    said = await tillstream("parked", "replay", place, exits=1)
    assert "Kafka has it no longer" in " ".join(said.stdout.split())
    assert [one["state"] for one in await _listed(tillstream)] == ["open"]


async def test_what_the_resolver_parked_is_listed_and_replayed(
    tillstream: Tillstream, kafka: Any, kafka_bootstrap: str
) -> None:
    """It has no database: only its parked topic tells of it."""
    topic = STRIPE_EVENTS.under(kafka.prefix)
    added = [("parked_reason", b"Stripe: no such object."), ("parked_from", f"{topic}/2/9".encode()),
             ("parked_by", b"resolver"), ("parked_at", b"2026-11-21T12:00:00+00:00")]  # fmt: skip
    await kafka.tell(b"{}", topic=topic + ".parked", headers=[("ce_id", b"evt_thin"), *added])
    [listed] = await _listed(tillstream)
    assert (listed["parked_by"], listed["event_id"], listed["parked_at"]) == (
        "resolver",
        "evt_thin",
        "2026-11-21T12:00:00Z",
    )
    await tillstream("parked", "replay", f"{topic}/2/9", "--wait", "0")
    [replayed] = await _listed(tillstream, "--all")
    again = await _record(kafka_bootstrap, replayed["written_to"])
    assert (again.partition, again.value, again.headers) == (2, b"{}", (("ce_id", b"evt_thin"),))


async def test_list_is_filtered_and_paged(tillstream: Tillstream, kafka: Any) -> None:
    """Newest first, each once."""
    topic = STRIPE_EVENTS.under(kafka.prefix)
    for number in range(5):
        added = [("ce_type", b"charge.updated" if number % 2 else b"refund.created"),
                 ("parked_reason", f"Reason {number}.".encode()), ("parked_from", f"{topic}/0/{number}".encode()),
                 ("parked_at", f"2026-11-2{number}T12:00:00+00:00".encode())]  # fmt: skip
        await kafka.tell(b"{}", topic=topic + ".parked", headers=added)

    async def offsets(*arguments: str) -> list[int]:
        return [int(one["id"].rpartition("/")[2]) for one in await _listed(tillstream, *arguments)]

    assert await offsets() == [4, 3, 2, 1, 0]
    assert await offsets("--limit", "2") == [4, 3]
    assert await offsets("--limit", "2", "--after", f"{topic}/0/3") == [2, 1]
    assert await offsets("--type", "charge") == [3, 1]
    assert await offsets("--reason", "REASON 2") == [2]
    assert await offsets("--since", "2026-11-23") == [4, 3]
    assert await offsets("--topic", "orders.placed.v1") == []
    table = (await tillstream("parked", "list", "--limit", "2")).output
    assert "2 of 5 (5 open). Next page: --after" in table
    assert max(map(len, table.splitlines())) <= 120
    await tillstream("parked", "list", "--topic", "nobody.knows", exits=2)


async def test_show_tells_everything_but_what_the_record_says(serving: Any, tillstream: Tillstream, kafka: Any) -> None:
    """That needs --body, which warns; and a terminal cannot be steered by it."""
    async with serving():
        await kafka.tell(SECRET_WORDS + b"\x1b[31m", headers=[("x", b"\x80")])
        [parked] = await kafka.parked(count=1)
    place = dict(parked.headers)["parked_from"].decode()
    shown = (await tillstream("parked", "show", place)).output
    assert "The value is not JSON." in shown
    assert "x: \ufffd" in shown
    assert "buyer@example.com" not in shown
    whole = await tillstream("parked", "show", place, "--body")
    assert "buyer@example.com is not json\\x1b[31m" in whole.stdout
    assert "It may hold personal data" in whole.stderr
    assert "buyer@example.com" not in (await tillstream("parked", "list", "--json")).output
    told = json.loads((await tillstream("parked", "show", place, "--json")).stdout)
    assert (told["bytes"], "body" in told) == (len(SECRET_WORDS) + 5, False)


async def test_discarding_asks_and_is_audited(refused: str, tillstream: Tillstream, pool: Any) -> None:
    """Whoever says no discards nothing; what is discarded can be replayed all the same."""
    await tillstream("parked", "discard", refused, exits=2)
    await tillstream("parked", "discard", refused, "--because", "a test", stdin="n\n", exits=1)
    assert [one["state"] for one in await _listed(tillstream)] == ["open"]
    await tillstream("parked", "discard", refused, "--because", "a test", stdin="y\n")
    assert await _listed(tillstream) == []
    said = await tillstream("parked", "discard", refused, "--because", "again", "--yes", exits=1)
    assert "is discarded already" in said.stderr
    await tillstream("parked", "replay", refused, "--wait", "0", "--by", "sam", "--because", "after all")
    audit = json.loads((await tillstream("audit", "--json")).stdout)
    assert [(line["by"], line["action"], line["record"], line["because"]) for line in audit] == [
        ("sam", "replay", refused, "after all"),
        ("olga", "discard", refused, "a test"),
    ]
    assert audit[0]["written_to"]
    assert "after all" in (await tillstream("audit", "--by", "sam", "--record", refused)).stdout
    assert "Nobody has done anything like that." in (await tillstream("audit", "--by", "nobody")).stderr


@pytest.mark.parametrize(
    ("changes", "exits", "told"),
    [
        ({"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, 4, "Kafka does not answer"),
        ({"ORDER_SERVICE_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}, 5, "PostgreSQL is away"),
        ({"ORDER_SERVICE_DATABASE_URL": ""}, 1, "make tillstream"),
    ],
)
async def test_what_is_away_is_named_with_what_to_do(
    tillstream: Tillstream, changes: dict[str, str], exits: int, told: str
) -> None:
    """In one line, with an exit code of its own."""
    result = await tillstream("parked", "list", exits=exits, **changes)
    assert told in result.output
    assert "Traceback" not in result.output


async def test_schema_that_is_too_old_and_records_that_nobody_parked_are_told(
    tillstream: Tillstream, pool: Any
) -> None:
    """Each with an exit code of its own."""
    assert "Not parked: t/0/1" in (await tillstream("parked", "show", "t/0/1", exits=3)).stderr
    assert "has to be topic/partition/offset" in (await tillstream("parked", "show", "evt_1", exits=2)).stderr
    await tillstream("parked", "replay", exits=2)
    await tillstream("parked", "replay", "t/0/1", "--all", exits=2)
    await pool.execute("UPDATE alembic_version SET version_num = '0009'")
    assert "run python -m order_service.migrate" in (await tillstream("parked", "list", exits=6)).stderr


async def test_the_program_itself_logs_each_action_and_nothing_of_the_record(
    serving: Any, kafka: Any, environment: dict[str, str]
) -> None:
    """As a program would call it: the answer on standard output, the log on standard error."""
    async with serving():
        await kafka.tell(SECRET_WORDS)
        [parked] = await kafka.parked(count=1)
    place = dict(parked.headers)["parked_from"].decode()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("tillstream")),
        "parked", "replay", place, "--wait", "0", "--because", "it was mended", "--json",
        env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, log = await process.communicate()
    assert process.returncode == 0, log
    assert json.loads(output)[0]["outcome"] == "replayed"
    acted, replayed = [json.loads(line) for line in log.splitlines()]
    assert (acted["event"], acted["action"], acted["by"], acted["record"], acted["because"]) == (
        "operator_acted",
        "replay",
        "olga",
        place,
        "it was mended",
    )
    assert replayed["event"] == "record_replayed"
    assert b"buyer@example.com" not in output + log


async def _books(pool: Any) -> list[Any]:
    tables = ("orders", "payments", "order_changes", "timeline", "mentions")
    return [await pool.fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]  # noqa: S608


async def _record(bootstrap: str, place: str) -> Any:
    """The record that stands there; None if none does yet."""
    topic, partition, offset = place.split("/")
    where = TopicPartition(topic, int(partition))
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        consumer.assign([where])
        if (await consumer.end_offsets([where]))[where] <= int(offset):
            return None
        consumer.seek(where, int(offset))
        async with asyncio.timeout(10):
            return await consumer.getone(where)


async def _partition(kafka: Any) -> int:
    """Where the one record of `stripe.events.v1` is."""
    topic = STRIPE_EVENTS.under(kafka.prefix)
    partitions = [TopicPartition(topic, number) for number in await kafka.producer.partitions_for(topic)]
    ends = await kafka.consumer.end_offsets(partitions)
    return next(int(partition.partition) for partition, end in ends.items() if end)
