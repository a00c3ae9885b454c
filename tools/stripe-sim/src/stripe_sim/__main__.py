"""`stripe-sim`, or `python -m stripe_sim`: `serve` until Ctrl-C or SIGTERM, or `trigger` an event in one that does."""

import argparse
import sys

from stripe_sim.controls import trigger_command

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
    from stripe_sim.serving import serve  # noqa: PLC0415 - to trigger takes nothing of the server, and so no second

    serve({name: value for name, value in vars(arguments).items() if name != "command" and value is not None})


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
    serve.add_argument("--thin-webhook-url", metavar="URL", help="STRIPE_SIM_THIN_WEBHOOK_URL: … all thin events")
    serve.add_argument("--thin-webhook-secret", metavar="WHSEC", help="STRIPE_SIM_THIN_WEBHOOK_SECRET")
    trigger_command.add_to(commands)
    return parser


if __name__ == "__main__":
    main()
