"""What the others see of a run's processes."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from chaos.stage.clocks import Clocks
from chaos.stage.cluster import Cluster
from chaos.stage.disk import Disk
from chaos.stage.keys import Keys
from chaos.stage.proxies import Proxies
from chaos.stage.supervised import Supervised
from devstack.trouble import Trouble

LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Stage:
    """A house that can be hurt."""

    ingest_urls: tuple[str, ...]
    """Base URLs of each webhook-ingest, through a proxy: `http://127.0.0.1:port`."""
    intent_urls: tuple[str, ...]
    order_urls: tuple[str, ...]
    stream_urls: tuple[str, ...]
    """`ws://127.0.0.1:port/v1/stream` of each notifier, through a proxy."""
    stripe_api_port: int
    """Where whoever plays Stripe has to listen: intent-api and the reconciler ask there."""
    kafka_bootstrap: str
    """Brokers without a proxy in front, for the judge."""
    database_url: str
    """order-service's database without a proxy in front, for the judge."""
    token_secret: str
    secret_key: str
    publishable_key: str
    processes: Mapping[str, Supervised]
    """Every process by its name: `broker-1`, `database`, `toxiproxy`, `order-service-2`."""
    proxies: Proxies
    cluster: Cluster
    keys: Keys
    clocks: Clocks
    disk: Disk
    topic_prefix: str = ""

    def webhook_secrets(self) -> tuple[str, ...]:
        """Those that are valid now; Stripe signs with the first."""
        return self.keys.webhook

    async def whole(self, within: float) -> None:
        """Return once every process is up and ready. Raises Trouble if that takes more than `within` seconds."""
        deadline = time.monotonic() + within
        while missing := await self._missing():
            if time.monotonic() > deadline:
                raise Trouble(f"After {within:.0f} s these are not ready: {', '.join(missing)}.")
            await asyncio.sleep(LOOK_SECONDS)

    async def _missing(self) -> list[str]:
        names = list(self.processes)
        well = await asyncio.gather(*(self.processes[name].ready() for name in names), self.cluster.is_whole())
        return [name for name, is_well in zip([*names, "replicas"], well, strict=True) if not is_well]
