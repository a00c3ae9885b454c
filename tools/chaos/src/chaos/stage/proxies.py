"""toxiproxy, and what it does to the connections that go through it.

Source: toxiproxy's README, "HTTP API" and "Toxics".
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import aiohttp

from chaos.stage.ports import Ports
from chaos.stage.supervised import Program
from devstack.ports import LOOPBACK, answers
from devstack.state import REPOSITORY, state_folder
from devstack.trouble import Trouble

BUILD_SECONDS = 300
ANSWER_SECONDS = 5
UNDO_SECONDS = 60
PAUSE_SECONDS = 0.2
GONE = 404
Direction = Literal["upstream", "downstream"]
BOTH: tuple[Direction, Direction] = ("upstream", "downstream")


@dataclass(frozen=True)
class Toxic:
    """Something done to data that flows: its kind and settings by toxiproxy's names."""

    type: str
    attributes: Mapping[str, int]
    directions: tuple[Direction, ...] = BOTH


class Proxies:
    """A proxy for each address that faults may stand in front of."""

    def __init__(self, upstreams: Mapping[str, int], ports: Ports) -> None:
        self.ports = {name: ports.take() for name in upstreams}
        self._upstreams = upstreams
        self._port = ports.take()
        self._numbers = count(1)
        self._cut: dict[str, int] = dict.fromkeys(upstreams, 0)

    def program(self) -> Program:
        """The server. Raises Trouble where it is missing and cannot be built."""
        command = [str(_server()), "-host", LOOPBACK, "-port", str(self._port)]
        quiet = {"LOG_LEVEL": "warn"}

        async def is_ready() -> bool:
            return answers(self._port)

        return Program("toxiproxy", command, is_ready, quiet)

    async def furnish(self) -> None:
        """Have all proxies, once the server is up."""
        proxies = [
            {
                "name": name,
                "listen": f"{LOOPBACK}:{self.ports[name]}",
                "upstream": f"{LOOPBACK}:{upstream}",
                "enabled": True,
            }
            for name, upstream in self._upstreams.items()
        ]
        await self._call("POST", "/populate", proxies)

    @asynccontextmanager
    async def poisoned(self, proxy: str, toxic: Toxic) -> AsyncIterator[None]:
        """All connections through the proxy suffer from it, those that are open and new ones."""
        number = next(self._numbers)
        path = f"/proxies/{proxy}/toxics"
        names = {f"{toxic.type}-{number}-{direction}": direction for direction in toxic.directions}
        try:
            for name, direction in names.items():
                body = {"name": name, "type": toxic.type, "stream": direction, "attributes": dict(toxic.attributes)}
                await self._call("POST", path, body)
            yield
        finally:
            await asyncio.gather(*(self._undo("DELETE", f"{path}/{name}") for name in names))

    @asynccontextmanager
    async def cut(self, proxy: str) -> AsyncIterator[None]:
        """Connections through the proxy break, and new ones are refused."""
        self._cut[proxy] += 1
        try:
            await self._call("POST", f"/proxies/{proxy}", {"enabled": False})
            yield
        finally:
            self._cut[proxy] -= 1
            if not self._cut[proxy]:
                await self._undo("POST", f"/proxies/{proxy}", {"enabled": True})

    async def _undo(self, method: str, path: str, body: Any = None) -> None:
        """Ask until it is done: toxiproxy may be slow, and what stays would hurt for ever. Raises TimeoutError."""
        async with asyncio.timeout(UNDO_SECONDS):
            while True:
                try:
                    return await self._call(method, path, body)
                except aiohttp.ClientResponseError as error:
                    if error.status == GONE:
                        return None
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(PAUSE_SECONDS)

    async def _call(self, method: str, path: str, body: Any = None) -> None:
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with (
            aiohttp.ClientSession(f"http://{LOOPBACK}:{self._port}", timeout=limit) as http,
            http.request(method, path, json=body) as answer,
        ):
            answer.raise_for_status()


def _server() -> Path:
    path = state_folder() / "bin" / "toxiproxy-server"
    if not path.exists():
        subprocess.run([REPOSITORY / "scripts" / "toxiproxy"], timeout=BUILD_SECONDS, check=False)  # noqa: S603 - ours
    if not path.exists():
        raise Trouble("toxiproxy could not be built (see above): it needs Go and its module proxy.")
    return path
