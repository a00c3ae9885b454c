"""Strimzi's `KafkaTopic`s, as the contracts declare the topics."""

from typing import Any, Final

import yaml

from tillstream_contracts import TOPICS, Topic

HEAD: Final = """\
# Generated from the contracts by `python -m chart generate`: change libs/contracts/src/tillstream_contracts/topics.py.
# With these, set topics.job.enabled=false in the chart's values.
"""


def written(cluster: str = "tillstream") -> str:
    """All of them as one file of YAML."""
    return HEAD + yaml.safe_dump_all((_resource(topic, cluster) for topic in TOPICS), sort_keys=False)


def _resource(topic: Topic, cluster: str) -> dict[str, Any]:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name, "labels": {"strimzi.io/cluster": cluster}},
        "spec": {
            "partitions": topic.partitions,
            "replicas": topic.replication,
            "config": {name: _typed(value) for name, value in topic.broker_settings().items()},
        },
    }


def _typed(value: str) -> int | str:
    return int(value) if value.lstrip("-").isdigit() else value
