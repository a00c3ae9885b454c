"""Faults in the network end, even where toxiproxy is slow to say so."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from chaos.stage import proxies
from chaos.stage.ports import Ports
from chaos.stage.proxies import Proxies, Toxic


class SlowServer:
    """toxiproxy's API where the first answer to a DELETE never comes, and the second is an error."""

    def __init__(self) -> None:
        self.toxics: set[str] = set()
        self._deletes = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/proxies/{proxy}/toxics", self._add)
        app.router.add_delete("/proxies/{proxy}/toxics/{name}", self._delete)
        return app

    async def _add(self, request: web.Request) -> web.Response:
        self.toxics.add((await request.json())["name"])
        return web.json_response({})

    async def _delete(self, request: web.Request) -> web.Response:
        self._deletes += 1
        if self._deletes == 1:
            await asyncio.sleep(3600)
        if self._deletes == 2:
            return web.json_response({}, status=500)
        self.toxics.discard(request.match_info["name"])
        return web.json_response({}, status=204)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[SlowServer, Proxies]]:
    monkeypatch.setattr(proxies, "ANSWER_SECONDS", 0.2)
    ours = Proxies({"notifier-1": 1}, Ports())
    server = SlowServer()
    runner = web.AppRunner(server.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", ours._port).start()
    yield server, ours
    await runner.cleanup()


async def test_a_toxic_is_gone_afterwards_however_slow_its_server(server: tuple[SlowServer, Proxies]) -> None:
    slow, ours = server
    async with ours.poisoned("notifier-1", Toxic("reset_peer", {"timeout": 0})):
        assert len(slow.toxics) == 2
    assert not slow.toxics
