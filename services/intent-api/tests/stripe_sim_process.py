"""stripe-sim, the stateful stand-in, as a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

import aiohttp

from devstack.ports import free_port


@dataclass(frozen=True)
class StripeSim:
    """The stateful stand-in, in a process of its own."""

    url: str

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        key = {"Authorization": "Bearer sk_test_stripe"}
        async with aiohttp.request(method, self.url + path, json=body, headers=key) as response:
            response.raise_for_status()
            return await response.json()

    async def call(self, path: str, method: str = "POST", **params: Any) -> Any:
        """Ask for something as the merchant, in Stripe's form."""
        key = {"Authorization": "Bearer sk_test_stripe"}
        async with aiohttp.request(method, self.url + path, data=params or None, headers=key) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def fault(self, kind: str, **facts: Any) -> None:
        """Let the next calls fail in this way."""
        await self._ask("POST", "/sim/faults", {"kind": kind, **facts})

    async def acts(self, name: str, action: str) -> None:
        """Let a bank, a buyer or time do this to an object."""
        await self._ask("POST", f"/sim/objects/{name}/{action}")

    async def told(self, event_type: str) -> list[dict[str, Any]]:
        """The objects of all events of this type."""
        events = await self._ask("GET", f"/v1/events?limit=100&type={event_type}")
        return [event["data"]["object"] for event in events["data"]]

    async def reset(self) -> None:
        """Forget everything."""
        await self._ask("POST", "/sim/reset")


@contextmanager
def running_stripe_sim(**settings: str) -> Iterator[StripeSim]:
    port = free_port()
    command = [sys.executable, "-m", "stripe_sim", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **settings})  # noqa: S603 - ours
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/readyz", process)
        yield StripeSim(url)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends and process.poll() is None:
        with suppress(OSError), urlopen(url, timeout=1):  # noqa: S310 - our own http URL
            return
    raise AssertionError(f"{url} does not answer")
