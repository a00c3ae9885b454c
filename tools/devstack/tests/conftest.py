"""A state folder of the test's own, and a storefront."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from devstack.ports import free_port
from devstack.readiness import http_ready
from devstack.state import runtime_folder

Serve = Callable[..., AbstractAsyncContextManager[aiohttp.ClientSession]]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty state folder, which TILLSTREAM_STATE names."""
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("TILLSTREAM_STATE", str(folder))
    yield folder
    shutil.rmtree(runtime_folder(), ignore_errors=True)


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Runs the storefront's server with one page and one asset, and looks at it with a browser's cookies."""
    files = tmp_path / "dist"
    (files / "assets").mkdir(parents=True)
    (files / "index.html").write_text("<title>shop</title>")
    (files / "assets" / "main-1a2b.js").write_text("let shop = 1;" * 200)
    (tmp_path / "secret.txt").write_text("secret")

    @asynccontextmanager
    async def served(service: str = NOBODY) -> AsyncIterator[aiohttp.ClientSession]:
        port = free_port()
        settings = {
            "STOREFRONT_FILES": str(files),
            "STOREFRONT_PORT": str(port),
            "STOREFRONT_PUBLISHABLE_KEY": "pk_1",
            "STOREFRONT_INTENT_API_URL": service,
            "STOREFRONT_ORDER_SERVICE_URL": service,
            "TILLSTREAM_SECRET_KEY": "sk_1",
        }
        command = [sys.executable, "-m", "devstack.storefront"]
        server = subprocess.Popen(command, env={**os.environ, **settings})  # noqa: ASYNC220, S603 - ours, started once
        while not await http_ready(f"http://127.0.0.1:{port}/readyz"):
            assert server.poll() is None
            await asyncio.sleep(0.02)
        jar = aiohttp.CookieJar(unsafe=True)  # an address of numbers may have cookies too
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as session:
            yield session
        server.terminate()
        server.wait(10)

    return served
