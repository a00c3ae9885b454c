"""`python -m notifier`: serve until SIGTERM or SIGINT."""

import asyncio
import signal

import uvloop

from notifier.app import create_notifier
from notifier.settings import Settings
from tillstream_operations import configure_logs


async def serve(settings: Settings) -> None:
    """Run until a signal asks to end, then send the clients elsewhere."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with create_notifier(settings).running():
        await stop.wait()


def main() -> None:
    """Configure and serve."""
    settings = Settings()
    configure_logs("notifier", level=settings.log_level, log_format=settings.log_format)
    uvloop.run(serve(settings))


if __name__ == "__main__":
    main()
