"""Growth of notifier: what each of its instances pays for changes of orders that nobody watches there."""

import asyncio
import re
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from bench.contestants import Contestant, Running, running
from bench.ground import Ground, address
from bench.load import load
from bench.model import OURS, Case, Figure, Scenario
from devstack.ports import free_port
from devstack.state import REPOSITORY
from tillstream_contracts import ORDERS_STATUS

CHANGES_A_SECOND: Final = 30_000
"""Of a sample's length: about what one instance passes over."""
EXAMPLE: Final = REPOSITORY / "libs" / "contracts" / "examples" / ORDERS_STATUS.name / "paid.json"
PASSED: Final = re.compile(r'^notifier_records_total\{outcome="unwatched"\} (\S+)$', re.MULTILINE)
LOOK_EVERY: Final = 0.05
LONGEST_SECONDS: Final = 60


class GrowthNotifier:
    """One instance without a socket."""

    def __init__(self, ground: Ground, topic: str, metrics_url: str, process: Running) -> None:
        self._ground, self._topic, self._metrics_url, self._process = ground, topic, metrics_url, process
        self._written = 0

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:  # noqa: ARG002  # one of each
        """Let it find changes waiting; what it takes to pass them over."""
        changes = int(seconds * CHANGES_A_SECOND)
        self._process.suspend()
        await self._fill(changes)
        before = self._process.cpu_seconds()
        self._process.resume()
        async with asyncio.timeout(LONGEST_SECONDS):
            while await self._passed() < self._written:  # noqa: ASYNC110  # in another process
                await asyncio.sleep(LOOK_EVERY)
        return {"per_cpu_second": changes / (self._process.cpu_seconds() - before)}

    async def verify(self) -> Mapping[str, str]:
        """It has passed over just those that were written."""
        passed = await self._passed()
        return {} if passed == self._written else {OURS: f"it passed over {passed} of {self._written} changes"}

    async def _fill(self, changes: int) -> None:
        run = secrets.token_hex(6)
        options = {"bootstrap": self._ground.kafka, "topic": self._topic, "run": run, "count": changes}
        await load("fill", [*(f"-{name}={value}" for name, value in options.items()), f"-example={EXAMPLE}"])
        self._written += changes

    async def _passed(self) -> int:
        async with aiohttp.ClientSession() as session, session.get(self._metrics_url) as answer:
            found = PASSED.search(await answer.text())
        return int(float(found[1])) if found else 0


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[GrowthNotifier]:
    port = free_port()
    async with ground.topics() as prefix:
        settings = {
            "NOTIFIER_PORT": str(port),
            "TILLSTREAM_TOKEN_SECRET": secrets.token_hex(32),
            "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "LOG_FORMAT": "json",
        }
        one = Contestant(OURS, [sys.executable, "-m", "notifier"], address(port, "/readyz"), settings)
        async with running(one, ground.folder) as process:
            yield GrowthNotifier(ground, ORDERS_STATUS.under(prefix), address(port, "/metrics"), process)


GROWTH_NOTIFIER: Final = Scenario(
    name="growth-notifier",
    title="A change of an order that nobody watches at this instance of notifier",
    contestants=(OURS,),
    figures=(Figure("per_cpu_second", "changes per CPU second", "more"),),
    cases=(Case("12 partitions"),),
    musts=(),
    seconds=1.0,
    open=_open,
)
