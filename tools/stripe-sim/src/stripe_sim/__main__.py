"""`stripe-sim`, or `python -m stripe_sim`: `serve` until Ctrl-C or SIGTERM, or `trigger` an event in one that does."""

import argparse
import logging
import sys

import uvicorn

from stripe_sim import trigger_command
from stripe_sim.app import create_app
from stripe_sim.settings import Settings

DRAIN_SECONDS = 10
COMMANDS = ("serve", "trigger")
EXAMPLES = """\
examples:
  stripe-sim                                    serve on http://127.0.0.1:8010; its page is at /
  stripe-sim --webhook-url http://localhost:3000/webhook --webhook-secret whsec_mine
  stripe-sim trigger payment_intent.succeeded   in a second terminal
  stripe-sim trigger --list
"""


def main() -> None:
    """Do what the command line asks for; without a command, serve."""
    given = sys.argv[1:]
    if not given or (given[0] not in COMMANDS and given[0] not in ("-h", "--help")):
        given = ["serve", *given]
    arguments = _parser().parse_args(given)
    if arguments.command == "trigger":
        sys.exit(trigger_command.run(arguments))
    _serve(arguments)


def _serve(arguments: argparse.Namespace) -> None:
    given = {name: value for name, value in vars(arguments).items() if name != "command" and value is not None}
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
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stripe-sim",
        description="A stateful Stripe stand-in: no account, no network.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    serve = commands.add_parser(
        "serve",
        help="stand in for Stripe (what happens without a command)",
        description="Stand in for Stripe until Ctrl-C. Each of its settings is also an environment variable "
        "STRIPE_SIM_…, and there are more of those: see the README.",
    )
    serve.add_argument("--host", help="STRIPE_SIM_HOST (127.0.0.1)")
    serve.add_argument("--port", type=int, help="STRIPE_SIM_PORT (8010)")
    serve.add_argument("--webhook-url", metavar="URL", help="STRIPE_SIM_WEBHOOK_URL: where to send all events")
    serve.add_argument("--webhook-secret", metavar="WHSEC", help="STRIPE_SIM_WEBHOOK_SECRET: what signs them, whsec_…")
    trigger_command.add_to(commands)
    return parser


if __name__ == "__main__":
    main()
