"""`/livez`, `/readyz` and `/metrics`: what an orchestrator and Prometheus ask every service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

HEALTH: Final = {
    "type": "object",
    "required": ["status", "parts"],
    "properties": {
        "status": {"enum": ["ok", "unavailable"]},
        "parts": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_ANSWER: Final = {"application/json": {"schema": HEALTH}}
UNWELL: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": _ANSWER},
    503: {"description": "No; `parts` says what is wrong.", "content": _ANSWER},
}


@dataclass(frozen=True)
class Health:
    """An answer to a probe: whether all is well, and if not what is wrong, by part."""

    ok: bool
    parts: dict[str, str]

    @classmethod
    def of(cls, **parts: str) -> "Health":
        """Well if every part says `ok`."""
        return cls(all(word == "ok" for word in parts.values()), parts)

    def status(self) -> int:
        """The HTTP status: 200 or 503."""
        return 200 if self.ok else 503

    def body(self) -> dict[str, Any]:
        """The JSON object."""
        return {"status": "ok" if self.ok else "unavailable", "parts": self.parts}


Probe = Callable[[], Awaitable[Health]]


async def always_well() -> Health:
    """For a service whose life hangs on nothing but its event loop."""
    return Health.of()


def add_probes(
    app: FastAPI, *, ready: Probe, alive: Probe = always_well, registry: CollectorRegistry = REGISTRY
) -> None:
    """Give `app` the three routes. Liveness tells of progress; only readiness looks at dependencies.

    `serve` asks `alive`, too, and ends a process that is not; so it says no only where a new process would help.
    """
    app.state.alive = alive

    @app.get("/livez", tags=["operations"], summary="Is the process making progress?", responses=UNWELL)
    async def livez() -> JSONResponse:
        health = await alive()
        return JSONResponse(health.body(), health.status())

    @app.get("/readyz", tags=["operations"], summary="Can it take work now?", responses=UNWELL)
    async def readyz() -> JSONResponse:
        health = Health.of(process="leaving") if getattr(app.state, "leaving", False) else await ready()
        return JSONResponse(health.body(), health.status())

    @app.get(
        "/metrics",
        tags=["operations"],
        summary="Prometheus metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
