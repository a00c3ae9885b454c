"""What pages of other sites may do: call the API and Stripe.js as at Stripe, but neither read nor turn `/sim`."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from stripe_sim.settings import Settings

CHALLENGES = "/sim/3ds/"
"""Stripe.js asks here from the shop's page."""
READS = ("GET", "HEAD", "OPTIONS")


class OtherSites:
    """The ASGI layer that tells browsers so. Programs, which say of no site that they come from it, may do all."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._open = CORSMiddleware(
            app, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=["*"]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_own(scope["path"]):
            await self._open(scope, receive, send)
        elif scope["method"] not in READS and is_foreign(Headers(scope=scope), self._settings):
            refusal = JSONResponse({"detail": "Only this stand-in's own page and programs may do that."}, 403)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_foreign(headers: Headers, settings: Settings) -> bool:
    """Whether a browser sends this from another site's page.

    Source: Fetch Metadata Request Headers (W3C), and for browsers and addresses without them the Origin header.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    own = {headers.get("host"), urlsplit(str(settings.public_url)).netloc if settings.public_url else None}
    return origin is not None and urlsplit(origin).netloc not in own


def _is_own(path: str) -> bool:
    return path == "/" or (path.startswith("/sim") and not path.startswith(CHALLENGES))
