"""Browsers: real WebSocket clients that write down all they are told."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from chaos.options import Options


class Watchers:
    """All clients of a run."""

    async def settled(self, within: float) -> None:
        """Wait until no client was told anything new for a while, at most `within` seconds."""
        raise NotImplementedError


@asynccontextmanager
async def watching(options: Options, stage: object, ids: Iterable[str] = ()) -> AsyncIterator[Watchers]:
    """Clients that watch these orders and subscriptions (`sub_…`), and those of the run's lives as they begin."""
    yield Watchers()
