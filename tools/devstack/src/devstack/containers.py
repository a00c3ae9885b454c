"""Kafka and PostgreSQL as containers, where an engine answers: for tests only."""

import subprocess
import sys

from devstack.commands import run
from devstack.ports import LOOPBACK

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18-alpine"
ACCOUNT = "tillstream"
"""User and password of the throw-away database."""
AT_HAND_SECONDS = 90
"""How long an image may take to arrive; then the local binaries are used."""


def at_hand(image: str) -> bool:
    """Whether an engine answers and has `image`, or gets it in a bounded time."""
    try:
        return run([*_RUNNER, "pull", image], seconds=AT_HAND_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def kafka_command(port: int) -> list[str]:
    """A broker at `port`, in the foreground."""
    return [*_RUNNER, "kafka", str(port)]


def postgres_command(port: int) -> list[str]:
    """A PostgreSQL at `port`, in the foreground."""
    return [*_RUNNER, "postgres", str(port)]


def postgres_url(port: int) -> str:
    """Where the PostgreSQL at `port` is found."""
    return f"postgresql://{ACCOUNT}:{ACCOUNT}@{LOOPBACK}:{port}/postgres"


_RUNNER = [sys.executable, "-m", "devstack.container"]
