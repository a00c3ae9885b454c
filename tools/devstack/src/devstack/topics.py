"""The contracts' topics, made on a broker or a cluster."""

import asyncio
import time
from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from devstack.trouble import Trouble
from tillstream_contracts import TOPICS, Topic

REQUEST_MS = 10_000
LEADER_SECONDS = 20


async def create_topics(
    bootstrap: str,
    *,
    prefix: str = "",
    partitions: int | None = None,
    topics: Iterable[Topic] = TOPICS,
    replicated: bool = False,
) -> list[str]:
    """Make those that are missing and wait until each can be written to; the names of all.

    `partitions` overrides the contracts' number. `replicated` as the contracts say; else once, as for one broker.
    """
    wanted = [_wanted(topic, prefix, partitions, replicated=replicated) for topic in topics]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_MS)
    await admin.start()
    try:
        answer = await admin.create_topics(wanted)
        for name, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise Trouble(f"Kafka refused to make the topic {name}: {for_code(code).__name__}.")
        names = [topic.name for topic in wanted]
        await _wait_for_leaders(admin, names)
    finally:
        await admin.close()
    return names


async def delete_topics(bootstrap: str, names: list[str]) -> None:
    """Remove topics and what is in them; one that is gone already is fine."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_MS)
    await admin.start()
    try:
        await admin.delete_topics(names)
    finally:
        await admin.close()


def _wanted(topic: Topic, prefix: str, partitions: int | None, *, replicated: bool) -> NewTopic:
    return NewTopic(
        topic.under(prefix),
        num_partitions=partitions or topic.partitions,
        replication_factor=topic.replication if replicated else 1,
        topic_configs=topic.broker_settings(min_insync=None if replicated else 1),
    )


async def _wait_for_leaders(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    deadline = time.monotonic() + LEADER_SECONDS
    while not _all_led(await admin.describe_topics(names)):
        if time.monotonic() > deadline:
            raise Trouble(f"Kafka made the topics {', '.join(names)}, but chose no leaders in {LEADER_SECONDS} s.")
        await asyncio.sleep(0.05)


def _all_led(topics: list[dict[str, object]]) -> bool:
    return all(
        topic["error_code"] == 0 and all(partition["leader"] >= 0 for partition in topic["partitions"])  # type: ignore[attr-defined]  # aiokafka has no types here
        for topic in topics
    )
