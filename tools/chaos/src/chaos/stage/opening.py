"""Building the stage up and taking it down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chaos.options import Options
from chaos.stage.stage import Stage


@asynccontextmanager
async def open_stage(options: Options) -> AsyncIterator[Stage]:
    """Everything up, ready and whole; at the end, however it comes, nothing of it is left running."""
    if options:
        raise NotImplementedError(options)
    yield Stage()
