"""`stripe-sim serve`: stands in for Stripe until SIGTERM or Ctrl-C."""

import logging
import sys
from typing import Any

import uvicorn

from stripe_sim.app import create_app
from stripe_sim.settings import Settings

KEEP_ALIVE_SECONDS = 75  # longer than any client keeps a connection that it does not use
DRAIN_SECONDS = 10


def serve(given: dict[str, Any]) -> None:
    """Serve with these settings, and the environment's."""
    settings = Settings(**given)
    logging.basicConfig(level=settings.log_level.upper(), stream=sys.stdout, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("stripe_sim").info("stripe_sim_listens address=http://%s:%d", settings.host, settings.port)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
