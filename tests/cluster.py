"""Two instances of each service on one Kafka and one PostgreSQL, which an orchestrator could restart one by one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from devstack.ports import free_port
from order_service.migrate import migrate

UP_SECONDS = 150
END_SECONDS = 20
SECRET_KEY, PUBLISHABLE_KEY = "sk_test_cluster_0123456789abcdef", "pk_test_cluster_0123456789abcdef"
TOKEN_SECRET = "a token secret that is long enough, for tests only"
WEBHOOK_SECRET = "whsec_cluster"
STRIPE_KEY = "sk_test_stripe"
EVERYBODY_FROM_HERE = "100000"
KEYS = {
    "TILLSTREAM_SECRET_KEY": SECRET_KEY,
    "TILLSTREAM_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
    "TILLSTREAM_TOKEN_SECRET": TOKEN_SECRET,
    "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "STRIPE_SECRET_KEY": STRIPE_KEY,
    "STRIPE_PUBLISHABLE_KEY": "pk_test_stripe",
    "INTENT_API_RATE_PER_ADDRESS": EVERYBODY_FROM_HERE,
    "INTENT_API_BURST_PER_ADDRESS": EVERYBODY_FROM_HERE,
    "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": EVERYBODY_FROM_HERE,
    "LOG_FORMAT": "json",
    "ORDER_SERVICE_DATABASE_TIMEOUT": "60",
    "NOTIFIER_SNAPSHOT_PATIENCE": "120",
}
"""The limits of the last two are for a busy machine: notifier knows one order-service here, not what balances two."""
SERVICES = ("webhook_ingest", "order_service", "notifier", "intent_api")


@dataclass
class Instance:
    """One process of a service, always at the same address."""

    module: str
    settings: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    exits: list[int | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def exit_code(self) -> int | None:
        """How it ended, if it did."""
        return self.process.returncode if self.process else None

    async def start(self) -> None:
        """Start it; returns at once."""
        own = {f"{self.module.upper()}_PORT": str(self.port)}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self.module), env={**os.environ, **self.settings, **own}, stdout=log, stderr=log
            )

    async def until_ready(self) -> None:
        """Return once it can take work."""
        async with asyncio.timeout(UP_SECONDS):
            while not await self.is_ready():
                assert self.exit_code is None, self.log.read_text()[-1000:]
                await asyncio.sleep(0.1)

    async def is_ready(self) -> bool:
        """What a load balancer sees."""
        with suppress(aiohttp.ClientError, OSError):
            async with aiohttp.request("GET", f"{self.url}/readyz") as answer:
                return answer.status == 200
        return False

    async def end(self) -> None:
        """Tell it to end, and note how it did."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(END_SECONDS):
                    self.exits.append(await self.process.wait())
            except TimeoutError:
                self.process.kill()
                self.exits.append(None)

    async def restart(self) -> None:
        """End it and start it anew, as a deployment does."""
        await self.end()
        await self.start()
        await self.until_ready()


@dataclass(frozen=True)
class Cluster:
    """All instances, by service."""

    instances: Mapping[str, tuple[Instance, ...]]

    def of(self, module: str) -> tuple[Instance, ...]:
        """One service's."""
        return self.instances[module]


@asynccontextmanager
async def cluster(bootstrap: str, prefix: str, database_url: str, folder: Path) -> AsyncIterator[Cluster]:
    """The cluster, ready, beside a stand-in for Stripe."""
    await migrate(database_url)
    async with AsyncExitStack() as stack:
        settings = {
            **KEYS,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "KAFKA_TOPIC_PREFIX": prefix,
            "ORDER_SERVICE_DATABASE_URL": database_url,
            "STRIPE_API_BASE": await stack.enter_async_context(_stripe(folder)),
        }
        orders = tuple(Instance("order_service", settings, folder / f"order_service-{n}.log") for n in range(2))
        settings = {
            **settings,
            "NOTIFIER_ORDER_SERVICE_URL": orders[0].url,
            "INTENT_API_ORDER_SERVICE_URL": orders[0].url,
        }
        instances = {
            module: tuple(Instance(module, settings, folder / f"{module}-{n}.log") for n in range(2))
            for module in SERVICES
        } | {"order_service": orders}
        for instance in (one for pair in instances.values() for one in pair):
            await instance.start()
            stack.push_async_callback(instance.end)
        for instance in (one for pair in instances.values() for one in pair):
            await instance.until_ready()
        yield Cluster(instances)


@asynccontextmanager
async def _stripe(folder: Path) -> AsyncIterator[str]:
    port = free_port()
    with (folder / "stripe.log").open("wb") as log:
        command = (sys.executable, "-m", "stripe_sim", "--port", str(port))
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()
