"""Measures the running house with tools/bench, which knows it by its addresses and keys alone."""

import os
import subprocess
import sys
from collections.abc import Sequence

from devstack.programs import Plan
from devstack.trouble import Trouble


def measure(plan: Plan, arguments: Sequence[str]) -> None:
    """Run bench; it prints its own figures. Raises Trouble when a purchase went wrong."""
    environment = {**os.environ, **_house(plan)}
    command = [sys.executable, "-m", "bench", *arguments]
    if subprocess.run(command, env=environment, check=False).returncode:  # noqa: S603  # arguments are ours and the user's
        raise Trouble("The measurement failed (see above); `make logs` tells what the programs say.")


def _house(plan: Plan) -> dict[str, str]:
    keys = ("STRIPE_WEBHOOK_SECRET", "TILLSTREAM_TOKEN_SECRET", "TILLSTREAM_SECRET_KEY")
    return {
        **{key: plan.keys[key].split(",")[0].strip() for key in keys},
        "BENCH_WEBHOOK_URL": plan.addresses.url("WEBHOOK_INGEST_PORT", "/webhooks/stripe"),
        "BENCH_STREAM_URL": plan.addresses.url("NOTIFIER_PORT", "/v1/stream").replace("http", "ws", 1),
        "BENCH_ORDERS_URL": plan.addresses.url("ORDER_SERVICE_PORT", "/v1/orders"),
    }
