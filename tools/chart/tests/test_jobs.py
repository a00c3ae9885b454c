"""What the chart's jobs do before an installation or an upgrade, as their containers would."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from chart.places import CHART
from chart.rendering import render
from devstack.shared_servers import in_own_loop
from devstack.topics import create_topics, delete_topics
from tillstream_contracts import STRIPE_EVENTS, TOPICS

ONE_BROKER = {"topics": {"replication": 1, "minInsync": 1, "partitions": 2}}


@pytest.fixture
def prefix(kafka_bootstrap: str) -> Iterator[str]:
    """One under which there are no topics yet."""
    fresh = f"test-{secrets.token_hex(5)}-"
    yield fresh
    in_own_loop(delete_topics(kafka_bootstrap, [topic.under(fresh) for topic in TOPICS]))


def test_migration_knows_the_database_and_nothing_else() -> None:
    """Its one variable is a reference to a secret."""
    [entry] = _job("migrate", {})["env"]
    assert entry["name"] == "ORDER_SERVICE_DATABASE_URL"
    assert entry["valueFrom"] == {"secretKeyRef": {"name": "tillstream", "key": "ORDER_SERVICE_DATABASE_URL"}}


@pytest.mark.integration
def test_topics_are_made_once(kafka_bootstrap: str, prefix: str) -> None:
    """Run again, at the next upgrade, the job finds them all."""
    values = {"settings": {"kafkaBootstrapServers": kafka_bootstrap, "kafkaTopicPrefix": prefix}, **ONE_BROKER}
    first, second = (_run(_job("create-topics", values)) for _ in range(2))
    assert first.stdout.splitlines() == [f"{topic.under(prefix)}: made" for topic in TOPICS]
    assert second.stdout.splitlines() == [f"{topic.under(prefix)}: was there" for topic in TOPICS]


@pytest.mark.integration
def test_topic_with_too_few_partitions_ends_the_job(kafka_bootstrap: str, prefix: str) -> None:
    """It is named; nothing is changed behind the operator's back."""
    in_own_loop(create_topics(kafka_bootstrap, prefix=prefix, partitions=1, topics=[STRIPE_EVENTS]))
    values = {"settings": {"kafkaBootstrapServers": kafka_bootstrap, "kafkaTopicPrefix": prefix}, **ONE_BROKER}
    done = _run(_job("create-topics", values))
    assert done.returncode == 1
    assert f"{STRIPE_EVENTS.under(prefix)} has 1 partitions in place of 2" in done.stderr


def test_kafka_that_is_not_there_is_said_in_a_sentence() -> None:
    """With where to look."""
    done = _run(_job("create-topics", {"settings": {"kafkaBootstrapServers": "127.0.0.1:1"}}))
    assert done.returncode == 1
    assert "Kafka could not be asked (KafkaConnectionError): look at settings.kafkaBootstrapServers" in done.stderr


def _job(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The container of a job."""
    manifests = render(CHART / "ci" / "least.yaml", values=values)
    [job] = [one for one in manifests if one["kind"] == "Job" and one["metadata"]["name"].endswith(name)]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    [container] = job["spec"]["template"]["spec"]["containers"]
    return dict(container)


def _run(container: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """What the container would run, here."""
    python, *arguments = container["command"]
    assert python == "python"
    environment = os.environ | {entry["name"]: entry["value"] for entry in container["env"]}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
