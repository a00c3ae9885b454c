"""The AsyncAPI description of Kafka's topics, made from their declaration and the events' models.

The stream's own description is notifier's, which serves it; this one has no service of its own and is committed.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    SUBSCRIPTIONS_STATUS,
    TOPICS,
    Event,
    OrderPlaced,
    OrderStatusChanged,
    PaymentAttached,
    SubscriptionStatusChanged,
    Topic,
)

PAGE: Final = Path(__file__).parents[4] / "docs" / "asyncapi.json"
PARKED: Final = ".parked"
EVENTS: Final[dict[str, type[Event]]] = {
    ORDERS_PLACED.name: OrderPlaced,
    ORDERS_STATUS.name: OrderStatusChanged,
    SUBSCRIPTIONS_STATUS.name: SubscriptionStatusChanged,
    PAYMENTS_ATTACHED.name: PaymentAttached,
}
_TEXT: Final = {"type": "string"}
_ID: Final = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_CLOUD_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": [
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_partitionkey", "content-type",
    ],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "minLength": 1},
        "ce_source": {"type": "string", "minLength": 1},
        "ce_type": {"type": "string", "minLength": 1},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_partitionkey": {"type": "string", "minLength": 1},
        "content-type": {"const": "application/json"},
        "traceparent": _TEXT,
    },
    "additionalProperties": _TEXT,
}  # fmt: skip
_STRIPES: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An event of Stripe's, snapshot or thin, in the bytes that Stripe signed.",
    "required": ["id", "type", "created"],
    "properties": {"id": _ID, "type": _ID, "created": {"type": ["integer", "string"]}},
}
_PARKED_HEADERS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "The record's own headers, and why it was parked.",
    "required": ["parked_reason", "parked_from", "parked_by", "parked_at"],
    "additionalProperties": _TEXT,
}


def document(topics: Iterable[Topic] = TOPICS) -> dict[str, Any]:
    """AsyncAPI 3.0: a channel for each topic, with the key, headers and value of its records."""
    models: list[tuple[type[Event], Any]] = [(model, "validation") for model in EVENTS.values()]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")
    topics = tuple(topics)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tillstream topics",
            "version": "1.0.0",
            "description": "Kafka records, CloudEvents 1.0 in binary mode. A topic's name may have a prefix.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {f"{topic.name}.written": _operation(topic) for topic in topics},
        "components": {"schemas": {**schemas["$defs"], "StripeEvent": _STRIPES, "CloudEvent": _CLOUD_EVENT}},
    }


def written(page: dict[str, Any]) -> str:
    """The document as it is committed."""
    return json.dumps(page, indent=2, sort_keys=True) + "\n"


def is_written_down(page: Path = PAGE) -> bool:
    """Whether the committed document says what the models say today."""
    return page.is_file() and page.read_text() == written(document())


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"Keyed by {topic.key}.",
        "messages": {"record": _message(topic)},
        "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions, "replicas": topic.replication}},
    }


def _message(topic: Topic) -> dict[str, Any]:
    key = {"bindings": {"kafka": {"key": {"type": "string", "description": topic.key}}}}
    if topic.name.endswith(PARKED):
        return {**key, "summary": "A record that nobody could read, untouched.", "headers": _PARKED_HEADERS}
    model = EVENTS.get(topic.name)
    return {
        **key,
        "summary": (model.__doc__ if model else None) or "What Stripe says.",
        "headers": {"$ref": "#/components/schemas/CloudEvent"},
        "payload": {"$ref": f"#/components/schemas/{model.__name__ if model else 'StripeEvent'}"},
    }


def _operation(topic: Topic) -> dict[str, Any]:
    pointer = topic.name.replace("~", "~0").replace("/", "~1")
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{pointer}"},
        "messages": [{"$ref": f"#/channels/{pointer}/messages/record"}],
    }
