"""The stream's AsyncAPI description, made from the frames themselves."""

from typing import Any

from pydantic.json_schema import models_json_schema

from tillstream_contracts.stream import (
    Heartbeat,
    Snapshot,
    Status,
    StreamError,
    Subscribe,
    SubscriptionSnapshot,
    SubscriptionUpdate,
)

TO_SERVER = (Subscribe,)
TO_CLIENT = (Snapshot, Status, SubscriptionSnapshot, SubscriptionUpdate, Heartbeat, StreamError)


def document() -> dict[str, Any]:
    """AsyncAPI 3.0: one channel, what a client sends on it and what it gets."""
    models = (*TO_SERVER, *TO_CLIENT)
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Tillstream stream", "version": "1.0.0"},
        "defaultContentType": "application/json",
        "channels": {
            "stream": {"address": "/v1/stream", "messages": {model.__name__: _message(model) for model in models}}
        },
        "operations": {
            "subscribe": _operation("receive", TO_SERVER),
            "watch": _operation("send", TO_CLIENT),
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _message(model: type) -> dict[str, Any]:
    return {"summary": model.__doc__, "payload": {"$ref": f"#/components/schemas/{model.__name__}"}}


def _operation(action: str, models: tuple[type, ...]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/stream/messages/{model.__name__}"} for model in models]
    return {"action": action, "channel": {"$ref": "#/channels/stream"}, "messages": messages}
