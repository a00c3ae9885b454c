"""The OpenAPI description, where FastAPI cannot know what we do: refusals are problems, and some headers required."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

PROBLEM: Final[dict[str, Any]] = {
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
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
IDEMPOTENCY_KEY: Final = {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$", "minLength": 1, "maxLength": 255}
"""Blanks at the ends are no part of an HTTP header's value."""
_MEDIA_TYPE: Final = "application/problem+json"
_FASTAPIS_OWN: Final = ("HTTPValidationError", "ValidationError")
_INVALID: Final = "`invalid_request`: something is malformed; `errors` names each field."


def describe(app: FastAPI) -> None:
    """Let `app`'s description say so."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = amended(make())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


def amended(schema: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's description, amended in place."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPIS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for operation in _operations(schema):
        _amend_refusal(operation)
        _amend_headers(operation)
    return schema


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema.get("paths", {}).values():
        yield from path.values()


def _amend_refusal(operation: dict[str, Any]) -> None:
    refusal = operation["responses"].get("422")
    if refusal is not None and _MEDIA_TYPE not in refusal.get("content", {}):
        content = {_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"]["422"] = {"description": _INVALID, "content": content}


def _amend_headers(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and parameter["name"].lower() == "idempotency-key":
            parameter["required"] = True
            parameter["schema"] = IDEMPOTENCY_KEY
