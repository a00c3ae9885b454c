"""The operators' command with the settings of the house that runs, so that nobody has to look them up."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Never

from devstack.programs import Plan


def become_tillstream(plan: Plan, arguments: Sequence[str]) -> Never:
    """Go on as order-service's `tillstream`, with order-service's settings, and the key by which Stripe is asked."""
    program = str(Path(sys.executable).with_name("tillstream"))
    by_name = {running.name: running.environment for running in plan.services()}
    stripe = {key: value for key, value in by_name["order-service-reconciler"].items() if key.startswith("STRIPE_")}
    os.execve(program, [program, *arguments], {**os.environ, **stripe, **by_name["order-service"]})  # noqa: S606  # what the user typed
