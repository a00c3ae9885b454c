"""TCP ports on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(20_000, 32_000)
"""Outgoing connections never take these, so a port found free stays free until it is used."""


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = random.choice(BELOW_EPHEMERAL)  # noqa: S311 - no secret, only spread out
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def answers(port: int, *, seconds: float = 1) -> bool:
    """Whether somebody accepts connections on `port`."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=seconds).close()
    except OSError:
        return False
    return True
