"""The webhook's place in the OpenAPI description, which FastAPI cannot know of a raw ASGI route."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from webhook_ingest.webhook import PATH

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
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
    "description": "Answers 200 once Kafka's in-sync replicas have the event. Anything else: Stripe sends it again.",
    "operationId": "receive_stripe_event",
    "parameters": [
        {
            "name": "Stripe-Signature",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "examples": ["t=1767225600,v1=5257a869e7ec…"]},
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
                        "id": {"type": "string", "minLength": 1, "maxLength": 255},
                        "type": {"type": "string", "minLength": 1, "maxLength": 255},
                        "created": {"type": ["integer", "string"]},
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
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "title": "Problem details (RFC 9457)",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
    },
}


def document(app: FastAPI) -> None:
    """Let `app`'s OpenAPI description tell of the webhook too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema["paths"][PATH] = {"post": _OPERATION}
            schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the description
