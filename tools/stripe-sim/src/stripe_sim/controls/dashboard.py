"""`/`: the web page that shows objects and events as they come, with a button for what a bank or buyer would do."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from stripe_sim.controls.scripts import dashboard_files

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Nothing but its own files runs on the page, whatever text an object brings along."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
TYPES = {"css": "text/css", "html": "text/html", "js": "text/javascript"}


def dashboard() -> APIRouter:
    """The routes."""
    router, files = APIRouter(tags=["pages"]), dashboard_files()

    @router.get("/", summary="The web page", response_class=HTMLResponse)
    @router.get("/sim", summary="The web page", response_class=HTMLResponse)
    async def page() -> Response:
        return _file("index.html", files["index.html"])

    @router.get("/sim/page/{name}", include_in_schema=False)
    async def part(name: str) -> Response:
        return _file(name, files[name]) if name in files else Response("", 404)

    return router


def _file(name: str, text: str) -> Response:
    return Response(text, headers=HEADERS, media_type=TYPES[name.rpartition(".")[2]])
