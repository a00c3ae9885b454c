"""`stripe-sim`, or `python -m stripe_sim`: serves until SIGTERM or Ctrl-C."""

import argparse
import logging
import sys

import uvicorn

from stripe_sim.app import create_app
from stripe_sim.settings import Settings

DRAIN_SECONDS = 10


def main() -> None:
    """Read the settings and serve."""
    settings = _settings()
    logging.basicConfig(level=settings.log_level.upper(), stream=sys.stdout, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger(__name__).info("stripe_sim_listens address=http://%s:%d", settings.host, settings.port)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _settings() -> Settings:
    parser = argparse.ArgumentParser(
        prog="stripe-sim",
        description="A stateful Stripe stand-in. All settings are environment variables STRIPE_SIM_…: see settings.py.",
    )
    parser.add_argument("--host", help="STRIPE_SIM_HOST (127.0.0.1)")
    parser.add_argument("--port", type=int, help="STRIPE_SIM_PORT (8010)")
    parser.add_argument("--webhook-url", help="STRIPE_SIM_WEBHOOK_URL: where to send all events")
    parser.add_argument("--webhook-secret", help="STRIPE_SIM_WEBHOOK_SECRET: whsec_…")
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    return Settings(**given)


if __name__ == "__main__":
    main()
