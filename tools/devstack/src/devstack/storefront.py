"""Serves the built storefront and tells it where the services are: `python -m devstack.storefront`."""

import os
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from devstack.ports import LOOPBACK
from devstack.shop_calls import ShopCalls
from devstack.shop_desk import opening, shop_routes

CONFIG = {
    "publishableKey": "STOREFRONT_PUBLISHABLE_KEY",
    "intentApiUrl": "STOREFRONT_INTENT_API_URL",
    "orderServiceUrl": "STOREFRONT_ORDER_SERVICE_URL",
    "stripeJsUrl": "STOREFRONT_STRIPE_JS_URL",
    "stripeApiUrl": "STOREFRONT_STRIPE_API_URL",
}
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
DRAIN_SECONDS = 3


class SinglePage(StaticFiles):
    """Files, and the page itself for every other address that a browser may show."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, else the page; a missing asset stays missing. Only hashed names are kept by browsers."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as missing:
            if missing.status_code != 404 or Path(path).suffix:
                raise
            response = await super().get_response("index.html", scope)
        response.headers["cache-control"] = FOREVER if path.startswith("assets/") else ASK_AGAIN
        return response


def create_app(files: Path, config: dict[str, str | None], calls: ShopCalls, secret_key: str) -> Starlette:
    """The storefront's server; `config` is what the page asks for first."""

    async def tell(_: Request) -> Response:
        return JSONResponse(config, headers={"cache-control": "no-store"})

    async def well(_: Request) -> Response:
        return JSONResponse({"status": "ok", "parts": {}})

    return Starlette(
        routes=[
            Route("/config.json", tell),
            Route("/livez", well),
            Route("/readyz", well),
            *shop_routes(calls, secret_key),
            Mount("/", SinglePage(directory=files, html=True)),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1024)],
        lifespan=opening(calls),
    )


def main() -> None:
    """Serve until SIGTERM."""
    config = {name: os.environ.get(setting) or None for name, setting in CONFIG.items()}
    secret_key = os.environ["TILLSTREAM_SECRET_KEY"]
    calls = ShopCalls(
        secret_key,
        intent_api=os.environ["STOREFRONT_INTENT_API_URL"],
        order_service=os.environ["STOREFRONT_ORDER_SERVICE_URL"],
    )
    uvicorn.run(
        create_app(Path(os.environ["STOREFRONT_FILES"]), config, calls, secret_key),
        host=LOOPBACK,
        port=int(os.environ["STOREFRONT_PORT"]),
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


if __name__ == "__main__":
    main()
