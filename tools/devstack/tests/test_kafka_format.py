"""A broker's data folder is made without starting Java for it each time."""

from pathlib import Path

import pytest

from devstack.kafka import Kafka


def ids(broker: Kafka) -> dict[str, str]:
    lines = (broker.home / "data" / "meta.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.integration
def test_brokers_of_one_cluster_share_its_id_and_nothing_else(tmp_path: Path) -> None:
    first, second = (Kafka(tmp_path / node, 0, 0, {"node.id": node}, "Acluster") for node in ("1", "2"))
    first.prepare()
    second.prepare()
    assert ids(first)["cluster.id"] == ids(second)["cluster.id"] == "Acluster"
    assert (ids(first)["node.id"], ids(second)["node.id"]) == ("1", "2")
    assert ids(first)["directory.id"] != ids(second)["directory.id"]


@pytest.mark.integration
def test_a_broker_that_was_prepared_stays_who_it_is(tmp_path: Path) -> None:
    broker = Kafka(tmp_path, 0, 0)
    broker.prepare()
    before = ids(broker)
    broker.prepare()
    assert ids(broker) == before
