"""Run by the chart's job in order-service's image: makes the contracts' topics that are missing, and changes none.

Ends with a sentence, and code 1, when Kafka refuses, or has a topic with fewer partitions than are asked for.
"""

import asyncio
import os
import sys

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from tillstream_contracts import TOPICS, Topic

REQUEST_MS = 10_000
WHERE_TO_LOOK = "look at settings.kafkaBootstrapServers and networkPolicy.toKafka in the values."


def number(name: str) -> int | None:
    """What the job was told to use in place of the contracts' number."""
    told = os.environ.get(name)
    return int(told) if told else None


def wanted(topic: Topic, prefix: str) -> NewTopic:
    """The topic as it has to be; parked records have one partition, whatever the others have."""
    return NewTopic(
        topic.under(prefix),
        num_partitions=topic.partitions if topic.partitions == 1 else number("TOPICS_PARTITIONS") or topic.partitions,
        replication_factor=number("TOPICS_REPLICATION") or topic.replication,
        topic_configs=topic.broker_settings(min_insync=number("TOPICS_MIN_INSYNC")),
    )


def too_small(topics: list[NewTopic], there: list[dict]) -> list[str]:
    """A line for each topic that has fewer partitions than it should have."""
    found = {topic["topic"]: len(topic["partitions"]) for topic in there if topic["error_code"] == 0}
    small = [topic for topic in topics if found.get(topic.name, topic.num_partitions) < topic.num_partitions]
    return [
        f"{topic.name} has {found[topic.name]} partitions in place of {topic.num_partitions}: "
        "make more with kafka-topics.sh --alter."
        for topic in small
    ]


async def main() -> None:
    """Make them."""
    topics = [wanted(topic, os.environ.get("KAFKA_TOPIC_PREFIX", "")) for topic in TOPICS]
    admin = AIOKafkaAdminClient(bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"], request_timeout_ms=REQUEST_MS)
    try:
        await admin.start()
        answer = await admin.create_topics(topics)
        for name, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                sys.exit(f"Kafka refused to make the topic {name}: {for_code(code).__name__}.")
            sys.stdout.write(f"{name}: {'was there' if code else 'made'}\n")
        if problems := too_small(topics, await admin.describe_topics([topic.name for topic in topics])):
            sys.exit("\n".join(problems))
    except KafkaError as error:
        sys.exit(f"Kafka could not be asked ({type(error).__name__}): {WHERE_TO_LOOK}")
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(main())
