"""End to end: from the webhook's POST until a browser hears that its order is paid."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg

from bench.builds import node_peers
from bench.climbing import highest
from bench.contestants import Contestant, Running, running
from bench.ground import Ground, address
from bench.load import load
from bench.model import OURS, Case, Figure, Must, Scenario
from bench.orders.present import execute, make_present
from devstack.ports import LOOPBACK, free_port
from order_service.migrate import migrate

STRAIGHT = "Express + pg + Socket.IO"
CONTESTANTS: Final = (OURS, STRAIGHT)
SPEAKS: Final = {OURS: "tillstream", STRAIGHT: "socket.io"}
RATES: Final = (100, 500, 2_000)
CASES: Final = {rate: f"{rate:,} events/s" for rate in RATES}
HIGHEST, HIGHEST_LONG = "the highest rate, held for 5 s", "the highest rate, held for a minute"
IN_TIME_MS: Final = 250.0
BROWSERS: Final = 400
PRESENT_ORDERS: Final = 100_000
WARM_UP: Final = Case("warm-up", {"rate": 500})
WARM_UP_SECONDS: Final = 3.0
FILL: Final = f"""
    INSERT INTO orders (order_id, status, amount) SELECT 'ord_' || md5(n::text), 'paid', n
    FROM generate_series(1, {PRESENT_ORDERS}) AS n;
    ANALYZE orders"""  # noqa: S608  # our own number
PAID: Final = "SELECT count(*) FROM orders WHERE status = 'paid' AND order_id LIKE $1"
STORED_SECONDS: Final = 10
MORE_THAN_ANY: Final = "20000"


@dataclass(frozen=True)
class Entrant:
    """A contestant that runs: where webhooks go in, where browsers come, and where orders are kept."""

    webhooks: str
    stream: str
    database: str
    processes: tuple[Running, ...]

    def cpu_seconds(self) -> float:
        """What all its processes have taken."""
        return sum(process.cpu_seconds() for process in self.processes)


class EndToEnd:
    """The whole of ours beside one process that does it in a straight line."""

    def __init__(self, ground: Ground, keys: "Keys", entrants: Mapping[str, Entrant]) -> None:
        self._ground, self._keys, self._entrants = ground, keys, entrants
        self._faults: dict[str, str] = {}

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """Payments for a while, at the case's rate; or a climb to the highest one."""
        if "rate" not in case.options:
            return {"rate": await self._highest(contestant, case)}
        attempt = await self.attempt(contestant, case, seconds)
        if attempt.faults:
            self._faults[contestant] = f"{case.name}: {attempt.faults}"
        return attempt.figures

    async def _highest(self, contestant: str, case: Case) -> float:
        """The highest rate with which 99 of 100 browsers hear in time, and nothing is wrong."""

        async def holds(rate: float, seconds: float) -> bool:
            attempt = await self.attempt(contestant, Case(case.name, {"rate": rate}), seconds)
            return not attempt.faults and attempt.figures["p99"] < IN_TIME_MS

        return await highest(holds, **case.options)

    async def attempt(self, contestant: str, case: Case, seconds: float) -> "Attempt":
        """The same, where it may be too much."""
        entrant, run = self._entrants[contestant], secrets.token_hex(6)
        options = {
            "url": entrant.webhooks,
            "stream": entrant.stream,
            "speaks": SPEAKS[contestant],
            "secret": self._keys.webhooks,
            "token-secret": self._keys.tokens,
            "run": run,
            "acked": self._ground.folder / f"{run}.acked",
            "connections": 256,
            "warmup": "0.5s",
            "lasts": f"{seconds}s",
            "rate": case.options["rate"],
            "sockets": BROWSERS,
        }
        told = await load("journey", [f"-{name}={value}" for name, value in options.items()], entrant.cpu_seconds)
        lost = await _lost(entrant.database, run, told.result["acknowledged"])
        faults = {name: told.result[name] for name in ("refused", "missing", "again", "broken")}
        count = told.result["acknowledged_in_window"]
        stream = {name: told.result["stream"][name] for name in ("p50", "p99", "p99_9")}
        return Attempt(
            {**stream, "cpu": told.taken / count * 1000 if count else 0.0},
            {name: found for name, found in {**faults, "lost": lost}.items() if found},
        )

    async def verify(self) -> Mapping[str, str]:
        """Every webhook was taken, every browser heard once, and the database knows all of it."""
        return self._faults


@dataclass(frozen=True)
class Attempt:
    """What came of a while, and what was wrong with it, by kind."""

    figures: Mapping[str, float]
    faults: Mapping[str, object]


@dataclass(frozen=True)
class Keys:
    """The secrets of a run."""

    webhooks: str
    tokens: str
    api: str


async def _lost(database: str, run: str, acknowledged: int) -> int:
    """How many payments that were acknowledged are not stored, after a while."""
    connection = await asyncpg.connect(database)
    try:
        until, stored = time.monotonic() + STORED_SECONDS, 0
        while stored < acknowledged and time.monotonic() < until:
            await asyncio.sleep(0.1)
            stored = int(await connection.fetchval(PAID, f"{run}%"))
    finally:
        await connection.close()
    return max(0, acknowledged - stored)


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[EndToEnd]:
    """Both up and warm, with orders that are there already."""
    keys = Keys(f"whsec_{secrets.token_hex(16)}", secrets.token_hex(32), f"sk_test_{secrets.token_hex(16)}")
    async with AsyncExitStack() as stack:
        entrants = {OURS: await _house(ground, keys, stack), STRAIGHT: await _straight(ground, keys, stack)}
        end_to_end = EndToEnd(ground, keys, entrants)
        for contestant in CONTESTANTS:
            await end_to_end.attempt(contestant, WARM_UP, WARM_UP_SECONDS)
        yield end_to_end


async def _house(ground: Ground, keys: Keys, stack: AsyncExitStack) -> Entrant:
    """webhook-ingest, order-service and notifier."""
    prefix = await stack.enter_async_context(ground.topics())
    database = await stack.enter_async_context(ground.database())
    ports = {name: free_port() for name in ("webhook_ingest", "order_service", "notifier")}
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
        "KAFKA_TOPIC_PREFIX": prefix,
        "STRIPE_WEBHOOK_SECRET": keys.webhooks,
        "TILLSTREAM_TOKEN_SECRET": keys.tokens,
        "TILLSTREAM_SECRET_KEY": keys.api,
        "ORDER_SERVICE_DATABASE_URL": database,
        "NOTIFIER_ORDER_SERVICE_URL": address(ports["order_service"]),
        "NOTIFIER_MAX_CONNECTIONS": MORE_THAN_ANY,
        "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": MORE_THAN_ANY,
        "LOG_FORMAT": "json",
        **{f"{name.upper()}_PORT": str(port) for name, port in ports.items()},
    }
    await migrate(database)
    await make_present(database, PRESENT_ORDERS)
    processes = []
    for name, port in ports.items():
        one = Contestant(name, [sys.executable, "-m", name], address(port, "/readyz"), environment)
        processes.append(await stack.enter_async_context(running(one, ground.folder)))
    return Entrant(
        address(ports["webhook_ingest"], "/webhooks/stripe"),
        f"ws://{LOOPBACK}:{ports['notifier']}",
        database,
        tuple(processes),
    )


async def _straight(ground: Ground, keys: Keys, stack: AsyncExitStack) -> Entrant:
    database, port = await stack.enter_async_context(ground.database()), free_port()
    node, folder = node_peers()
    environment = {"PORT": str(port), "DATABASE_URL": database, "STRIPE_WEBHOOK_SECRET": keys.webhooks}
    one = Contestant(STRAIGHT, [node, str(folder / "straight.js")], address(port, "/readyz"), environment)
    process = await stack.enter_async_context(running(one, ground.folder))
    await execute(database, FILL)
    return Entrant(address(port, "/webhooks/stripe"), f"ws://{LOOPBACK}:{port}", database, (process,))


END_TO_END: Final = Scenario(
    name="end-to-end",
    title="Webhook POST → “paid” in the browser",
    contestants=CONTESTANTS,
    figures=(
        Figure("p50", "p50 ms", "less", 1),
        Figure("p99", "p99 ms", "less", 1),
        Figure("p99_9", "p99.9 ms", "less", 1),
        Figure("cpu", "CPU ms an event", "less", 2),
        Figure("rate", "events/s with p99 < 250 ms", "more"),
    ),
    cases=(
        *(Case(name, {"rate": rate}, quick=rate == 500) for rate, name in CASES.items()),
        Case(HIGHEST, {"first": 1_500, "look": 1.5, "last": 5}, once=True),
        Case(HIGHEST_LONG, {"first": 1_500, "look": 5, "last": 60}, once=True, big=True),
    ),
    musts=(
        *(Must(case, "p50", STRAIGHT, at_most=2) for case in CASES.values()),
        Must(HIGHEST, "rate", STRAIGHT, at_least=1.01),
        Must(HIGHEST_LONG, "rate", STRAIGHT, at_least=1.01),
    ),
    seconds=1.0,
    open=_open,
)
