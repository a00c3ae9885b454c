"""The webhook's place in the OpenAPI description, which FastAPI cannot know of a raw ASGI route."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI

from webhook_ingest.signatures import MAX_HEADER_BYTES
from webhook_ingest.webhook import DROP_IN_PATH, NAMED_PATH, PATH

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SIGNATURE: Final = "t=1767225600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"
_NAME: Final = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_REFUSALS: Final = {
    "400": "The signature or the body is not Stripe's: `signature_missing`, `signature_malformed`, "
    "`signature_mismatch`, `timestamp_out_of_tolerance`, `body_not_an_event`.",
    "408": "`body_too_slow`: the body did not arrive in time.",
    "413": "`body_too_large`.",
    "503": "`not_stored` or `overloaded`: Kafka has not acknowledged the event. Send it again after `Retry-After`.",
}
_OPERATION: Final[dict[str, Any]] = {
    "tags": ["webhooks"],
    "summary": "Receive an event from Stripe",
    "description": "Answers 200 once Kafka's in-sync replicas have the event, or when it is of the other mode than "
    "`STRIPE_LIVEMODE` says and is dropped. Anything else: Stripe sends it again.",
    "parameters": [
        {
            "name": "Stripe-Signature",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_HEADER_BYTES, "examples": [_SIGNATURE]},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "A snapshot event (`event`) or a thin event (`v2.core.event`), as Stripe sends it.",
                    "required": ["id", "type", "created"],
                    "properties": {
                        "id": _NAME,
                        "type": _NAME,
                        "created": {
                            "anyOf": [
                                {"type": "integer", "minimum": 0, "maximum": 253_402_300_799},
                                {"type": "string", "format": "date-time"},
                            ]
                        },
                    },
                }
            }
        },
    },
    "responses": {
        "200": {
            "description": "The event is in Kafka.",
            "content": {"application/json": {"example": {"received": True}}},
        },
        **{status: {"description": text, "content": _PROBLEM} for status, text in _REFUSALS.items()},
    },
}
_ENDPOINT: Final = {
    "name": "endpoint",
    "in": "path",
    "required": True,
    "description": "A name of WEBHOOK_INGEST_ENDPOINTS; only that endpoint's secrets count here.",
    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,31}$", "examples": ["connect"]},
}
_NOT_FOUND: Final = {"404": {"description": "`unknown_endpoint`: no secret is set for it.", "content": _PROBLEM}}
_OPERATIONS: Final[dict[str, dict[str, Any]]] = {
    PATH: {**_OPERATION, "operationId": "receive_stripe_event"},
    NAMED_PATH: {
        **_OPERATION,
        "summary": "Receive an event from Stripe at a further endpoint",
        "operationId": "receive_stripe_event_at",
        "parameters": [_ENDPOINT, *_OPERATION["parameters"]],
        "responses": {**_OPERATION["responses"], **_NOT_FOUND},
    },
    DROP_IN_PATH: {
        **_OPERATION,
        "summary": "Receive an event from Stripe, by the path of its common guides",
        "operationId": "receive_stripe_event_drop_in",
    },
}


def document(app: FastAPI, paths: Iterable[str]) -> None:
    """Let `app`'s OpenAPI description tell of the webhook's paths too."""

    make = app.openapi

    def openapi() -> dict[str, Any]:
        schema = make()
        schema["paths"].update({path: {"post": _OPERATIONS[path]} for path in paths})
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the description
