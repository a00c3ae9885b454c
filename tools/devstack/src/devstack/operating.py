"""The operators' command with the settings of the house that runs, so that nobody has to look them up."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Never

from devstack.programs import Plan


def become_tillstream(plan: Plan, arguments: Sequence[str]) -> Never:
    """Go on as order-service's `tillstream`, with order-service's settings."""
    program = str(Path(sys.executable).with_name("tillstream"))
    [settings] = [running.environment for running in plan.services() if running.name == "order-service"]
    os.execve(program, [program, *arguments], {**os.environ, **settings})  # noqa: S606  # what the user typed
