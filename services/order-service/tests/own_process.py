"""A program of order-service as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from asking import SECRET_KEY, TOKEN_SECRET
from devstack.ports import free_port


@asynccontextmanager
async def own_process(
    *command: str, settings: Mapping[str, str], port: str, **streams: Any
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Python running `command`, and where it listens, which the variable `port` tells it; killed at the end."""
    listens = free_port()
    environment = {**os.environ, **settings, port: str(listens)}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env=environment, **streams)
    try:
        yield process, f"http://127.0.0.1:{listens}"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@asynccontextmanager
async def own_service(
    database_url: str, bootstrap: str, prefix: str, *command: str, settings: Mapping[str, str], **streams: Any
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """order-service itself, and where it answers."""
    given = {
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "TILLSTREAM_SECRET_KEY": SECRET_KEY,
        "TILLSTREAM_TOKEN_SECRET": TOKEN_SECRET,
        **settings,
    }
    async with own_process(*command, settings=given, port="ORDER_SERVICE_PORT", **streams) as running:
        yield running
