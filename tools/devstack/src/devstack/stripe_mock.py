"""Stripe's own mock, built from its OpenAPI description: it knows every path and parameter, and remembers nothing."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection
from typing import Final

from devstack.ports import free_port

ROOT: Final = Path(__file__).parents[4]
START_SECONDS: Final = 90.0
POLL_SECONDS: Final = 0.05


def find_stripe_mock() -> Path | None:
    """Its binary: the one that the environment names, the one that `scripts/stripe-mock` builds, or any other."""
    places = (os.environ.get("STRIPE_MOCK_BIN"), ROOT / ".state/bin/stripe-mock", shutil.which("stripe-mock"))
    return next((Path(place) for place in places if place and Path(place).is_file()), None)


@contextmanager
def running_stripe_mock(binary: Path) -> Iterator[str]:
    """Its URL, once it answers; on loopback alone, which has to be said of HTTPS, too."""
    http, https = (f"127.0.0.1:{free_port()}" for _ in range(2))
    command = [str(binary), "-http-addr", http, "-https-addr", https]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            _wait(process, int(http.rpartition(":")[2]))
            yield f"http://{http}"
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    by = time.monotonic() + START_SECONDS
    while time.monotonic() < by and process.poll() is None:
        with suppress(OSError), create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"stripe-mock does not listen on {port}")
