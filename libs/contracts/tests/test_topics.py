"""The topics as they must exist."""

from datetime import timedelta

from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    STRIPE_EVENTS,
    SUBSCRIPTIONS_STATUS,
    TOPICS,
)
from tillstream_contracts.topics import parked


def test_every_topic_is_declared_once() -> None:
    names = [topic.name for topic in TOPICS]
    assert sorted(names) == sorted(set(names))
    assert {STRIPE_EVENTS, ORDERS_PLACED, ORDERS_STATUS, SUBSCRIPTIONS_STATUS, PAYMENTS_ATTACHED} <= set(TOPICS)


def test_production_survives_the_loss_of_a_broker() -> None:
    for topic in TOPICS:
        assert topic.min_insync < topic.replication
        assert topic.broker_settings()["min.insync.replicas"] == "2"
        assert topic.broker_settings(min_insync=1)["min.insync.replicas"] == "1"


def test_what_the_truth_is_rebuilt_from_is_kept_for_ever() -> None:
    for topic in (STRIPE_EVENTS, ORDERS_PLACED, PAYMENTS_ATTACHED, parked(STRIPE_EVENTS)):
        assert topic.broker_settings()["retention.ms"] == "-1"
    for topic in (ORDERS_STATUS, SUBSCRIPTIONS_STATUS):
        assert topic.broker_settings()["retention.ms"] == str(timedelta(days=7) // timedelta(milliseconds=1))


def test_stripe_events_have_the_brokers_time() -> None:
    assert STRIPE_EVENTS.broker_settings()["message.timestamp.type"] == "LogAppendTime"


def test_a_shared_cluster_is_shared_by_prefix() -> None:
    assert STRIPE_EVENTS.under("") == "stripe.events.v1"
    assert STRIPE_EVENTS.under("team-a.") == "team-a.stripe.events.v1"
    assert parked(STRIPE_EVENTS).under("team-a.") == "team-a.stripe.events.v1.parked"
