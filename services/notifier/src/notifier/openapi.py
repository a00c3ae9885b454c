"""The OpenAPI description of the plain HTTP beside the stream; the stream itself stands in asyncapi.py."""

from typing import Any, Final

from tillstream_operations.descriptions import PROBLEM
from tillstream_operations.probes import HEALTH

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_HEALTH: Final = {"application/json": {"schema": HEALTH}}
_UNWELL: Final = {"503": {"description": "No; `parts` says what is wrong.", "content": _HEALTH}}
_TEXT: Final = {"schema": {"type": "string"}}


def description() -> dict[str, Any]:
    """OpenAPI 3.1: each page, and how the stream refuses whoever does not speak WebSocket."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "notifier", "version": "1"},
        "paths": {
            "/livez": _get("Is the process making progress?", _HEALTH, _UNWELL),
            "/readyz": _get("Can it take clients now?", _HEALTH, _UNWELL),
            "/metrics": _get("Prometheus metrics", {"text/plain": _TEXT}),
            "/docs": _get("The stream, for people", {"text/html": _TEXT}),
            "/asyncapi.json": _get("The stream, for programs", {"application/json": {"schema": {"type": "object"}}}),
            "/openapi.json": _get("This description", {"application/json": {"schema": {"type": "object"}}}),
        },
        "components": {"schemas": {"Problem": PROBLEM}},
    }


def _get(summary: str, content: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    refusal = {"405": {"description": "`method_not_allowed`: only GET is served.", "content": _PROBLEM}}
    answer = {"200": {"description": summary, "content": content}}
    return {"get": {"summary": summary, "tags": ["operations"], "responses": {**answer, **(more or {}), **refusal}}}
