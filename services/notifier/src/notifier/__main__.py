"""`python -m notifier`: serve until SIGTERM or SIGINT."""

import asyncio
import resource
import signal
import sys
from contextlib import suppress
from typing import Final

import structlog
import uvloop

from notifier.app import create_notifier
from notifier.settings import Settings
from tillstream_operations import NO_PROGRESS, Health, Watchdog, configure_logs, read_settings
from tillstream_operations.serving import LONGEST_END

FILES_BESIDE_SOCKETS: Final = 256
"""Kafka, order-service, and connections that are still in their handshake."""
log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> int:
    """Run until a signal asks to end, then send the clients elsewhere. Gives the exit code.

    A second signal skips the notice.
    """
    stop, hurry = asyncio.Event(), asyncio.Event()

    def leave() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave)
    notifier = create_notifier(settings)

    async def alive() -> Health:
        return notifier.alive()

    watchdog = Watchdog(alive, patience=settings.end_after.total_seconds(), grace=LONGEST_END)
    async with notifier.running():
        async with watchdog.watching():
            await stop.wait()
        notifier.give_notice()
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.notice.total_seconds()):
                await hurry.wait()
    return NO_PROGRESS if watchdog.has_ended else 0


def allow_files(wanted: int) -> None:
    """Raise the process's own limit of open files, which is 1024 on many machines, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("too_few_open_files", wanted=wanted, allowed=allowed)


def main() -> None:
    """Configure and serve."""
    settings = read_settings(Settings)
    configure_logs("notifier", level=settings.log_level, log_format=settings.log_format)
    allow_files(settings.max_connections + FILES_BESIDE_SOCKETS)
    sys.exit(uvloop.run(serve(settings)))


if __name__ == "__main__":
    main()
