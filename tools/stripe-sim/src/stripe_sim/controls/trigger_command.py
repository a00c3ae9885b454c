"""`stripe-sim trigger EVENT`: asks a running stand-in to make the event happen, and prints the ids."""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

from stripe_sim.controls.fixtures import FIXTURES, Params

PATIENCE_SECONDS = 30
DEFAULT_PORT = 8010
DESCRIPTION = """\
Make an event happen in a running stripe-sim. All that leads to it is done through
the API, so the objects are there afterwards, and the events before it come as well.
"""
EXAMPLES = """\
examples:
  stripe-sim trigger payment_intent.succeeded --metadata order_id=ord_1
  stripe-sim trigger charge.refunded --override payment_intent:amount=4999 --override refund:amount=999
  stripe-sim trigger invoice.payment_failed --json | jq -r .objects.subscription
"""


def add_to(commands: Any) -> None:
    """Let the command line know the command."""
    parser = commands.add_parser(
        "trigger",
        help="make an event happen in a running stripe-sim, with real objects behind it",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("event", nargs="?", metavar="EVENT", help="its type, such as payment_intent.succeeded")
    parser.add_argument("--list", action="store_true", help="print the types that can be triggered")
    parser.add_argument(
        "--metadata", action="append", default=[], metavar="NAME=VALUE", help="for each object that is made"
    )
    parser.add_argument(
        "--override", action="append", default=[], metavar="OBJECT:NAME=VALUE",
        help="another parameter, such as payment_intent:metadata.order_id=ord_1",
    )  # fmt: skip
    parser.add_argument("--stripe-account", metavar="ACCT", help="the connected account in which it happens")
    parser.add_argument("--url", help="where it serves (http://127.0.0.1:$STRIPE_SIM_PORT, or port 8010)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Do it. Returns the exit status."""
    if arguments.list:
        return _tell("\n".join(sorted(FIXTURES)))
    if not arguments.event:
        return _fail("Name an event; --list shows all that can be triggered.", 2)
    try:
        wanted = {"event": arguments.event, "metadata": _metadata(arguments), "override": _override(arguments)}
        wanted |= {"account": arguments.stripe_account}
        made = _ask(arguments.url or _default_url(), wanted)
    except _Refused as error:
        return _fail(str(error), 1)
    return _tell(json.dumps(made) if arguments.json else _written(made))


def _tell(words: str) -> int:
    sys.stdout.write(f"{words}\n")
    return 0


def _fail(words: str, status: int) -> int:
    sys.stderr.write(f"{words}\n")
    return status


class _Refused(Exception):
    """Prints why it cannot be done."""


def _default_url() -> str:
    return f"http://127.0.0.1:{os.environ.get('STRIPE_SIM_PORT', DEFAULT_PORT)}"


def _metadata(arguments: argparse.Namespace) -> dict[str, str]:
    return dict(_pair(text, "--metadata order_id=ord_1") for text in arguments.metadata)


def _override(arguments: argparse.Namespace) -> Params:
    """`{"payment_intent": {"metadata": {"a": "b"}}}` of `payment_intent:metadata.a=b`."""
    tree: Params = {}
    for text in arguments.override:
        place, value = _pair(text, "--override payment_intent:amount=500")
        thing, found, path = place.partition(":")
        if not found:
            raise _Refused(f"{text!r} names no object. Write it like --override payment_intent:amount=500.")
        *branches, leaf = path.split(".")
        branch = tree.setdefault(thing, {})
        for name in branches:
            branch = branch.setdefault(name, {})
        branch[leaf] = value
    return tree


def _pair(text: str, example: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise _Refused(f"{text!r} is no NAME=VALUE. Write it like {example}.")
    return name, value


def _ask(url: str, wanted: Params) -> Params:
    if not url.startswith(("http://", "https://")):
        raise _Refused(f"{url!r} is no web address.")
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url.rstrip('/')}/sim/trigger", json.dumps(wanted).encode(), headers)  # noqa: S310 - http
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - as above
            made: Params = json.load(answer)
            return made
    except urllib.error.HTTPError as error:
        raise _Refused(_words(error)) from error
    except (OSError, ValueError) as error:
        raise _Refused(
            f"No stripe-sim answers at {url} ({error}). Start one with `stripe-sim`, or give --url."
        ) from error


def _words(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"It was refused with status {error.code}."


def _written(made: Params) -> str:
    lines = {"event": made["event"], **made["objects"]}
    width = max(map(len, lines))
    return "\n".join((made["type"], *(f"  {name:{width}}  {value}" for name, value in lines.items())))
