"""Order state: facts wait in Kafka, and are taken into PostgreSQL with all their effects."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.builds import PYTHON_PEERS, node_peers
from bench.contestants import Contestant, running
from bench.ground import Ground, address
from bench.model import OURS, Case, Figure, Must, Scenario
from bench.orders.bare import Bare, bare
from bench.orders.consumers import Consumer
from bench.orders.millions import many_orders
from bench.orders.present import execute, make_present
from bench.orders.states import wrong_states
from devstack.ports import free_port
from order_service.migrate import migrate
from tillstream_contracts import ORDERS_STATUS, STRIPE_EVENTS, SUBSCRIPTIONS_STATUS

FASTSTREAM, NODE, BARE = "FastStream + SQLModel", "kafkajs + pg", "pgbench, the bare statements"
CONTESTANTS: Final = (OURS, FASTSTREAM, NODE, BARE)
PRESENT, MANY_PRESENT = "100,000 orders present", "5,000,000 orders present"
PRESENT_ORDERS: Final = 100_000
BACKLOG: Final = {OURS: 8_000, FASTSTREAM: 300, NODE: 500, BARE: 8_000}
"""Records for each second of a sample's length: about what each takes in, so that a sample takes about as long."""
WARM_UP: Final = {OURS: 4_000, FASTSTREAM: 200, NODE: 300}


class Orders:
    """Everybody is started, and made warm, when its turn comes for the first time."""

    def __init__(self, ground: Ground, present: str, stack: AsyncExitStack) -> None:
        self._ground, self._present, self._stack = ground, present, stack
        self._consumers: dict[tuple[str, str], Consumer] = {}
        self._bare: Bare | None = None
        self._wrong: list[tuple[str, str]] = []

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """A backlog, until it is gone."""
        records = int(seconds * BACKLOG[contestant])
        if contestant == BARE:
            self._bare = self._bare or await self._recorded(records)
            return {"per_second": await self._bare.per_second(f"S{secrets.token_hex(4)}N")}
        known = self._consumers.get((contestant, case.name))
        consumer = known or await self._warm(contestant, case)
        return await consumer.take_in(consumer.some(records))

    async def verify(self) -> Mapping[str, str]:
        """All was taken in and published by everybody; in order-service's tables all stands as it should."""
        found: dict[str, str] = {}
        for (contestant, _), consumer in self._consumers.items():
            states = await wrong_states(consumer.database, consumer.expected) if consumer.is_ours else ""
            found[contestant] = "; ".join(filter(None, [found.get(contestant, ""), await consumer.wrong(), states]))
        if self._bare is not None:
            found[BARE] = await wrong_states(self._bare.url, self._bare.expected)
        return {contestant: wrong for contestant, wrong in found.items() if wrong}

    async def _warm(self, contestant: str, case: Case) -> Consumer:
        consumer = await self._stack.enter_async_context(self._consumer(contestant, case))
        await consumer.take_in(consumer.some(WARM_UP[contestant]))
        self._consumers[contestant, case.name] = consumer
        return consumer

    async def _recorded(self, records: int) -> Bare:
        """What order-service says of a wave like the others' ones, in a database like its own."""
        database = await self._stack.enter_async_context(self._ground.database(like=self._present))
        file = self._ground.folder / "transactions"
        command = [sys.executable, "-m", "bench.orders.recording", str(file)]
        async with _ours(self._ground, database, command) as consumer:
            told = consumer.some(records)
            await consumer.take_in(told)
        return await bare(database, file, told)

    @asynccontextmanager
    async def _consumer(self, contestant: str, case: Case) -> AsyncIterator[Consumer]:
        async with AsyncExitStack() as stack:
            if contestant != OURS:
                yield await stack.enter_async_context(_peer(self._ground, contestant))
                return
            many = case.name == MANY_PRESENT
            database = many_orders() if many else self._ground.database(like=self._present)
            url = await stack.enter_async_context(database)
            yield await stack.enter_async_context(_ours(self._ground, url, [sys.executable, "-m", "order_service"]))


@asynccontextmanager
async def _ours(ground: Ground, database: str, command: Sequence[str]) -> AsyncIterator[Consumer]:
    port = free_port()
    async with ground.topics() as prefix:
        environment = {
            "ORDER_SERVICE_PORT": str(port),
            "ORDER_SERVICE_DATABASE_URL": database,
            "ORDER_SERVICE_CONSUMER_GROUP": f"{prefix}order-service",
            "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "TILLSTREAM_SECRET_KEY": f"sk_{secrets.token_hex(16)}",
            "TILLSTREAM_TOKEN_SECRET": secrets.token_hex(32),
            "LOG_FORMAT": "json",
        }
        one = Contestant(OURS, command, address(port, "/readyz"), environment)
        published = [topic.under(prefix) for topic in (ORDERS_STATUS, SUBSCRIPTIONS_STATUS)]
        async with running(one, ground.folder) as process:
            yield Consumer(process, ground.kafka, STRIPE_EVENTS.under(prefix), published, database, is_ours=True)


@asynccontextmanager
async def _peer(ground: Ground, contestant: str) -> AsyncIterator[Consumer]:
    port = free_port()
    async with ground.topics() as prefix, ground.database() as database:
        await execute(database, (PYTHON_PEERS.parent / "orders.sql").read_text())
        topic, published = STRIPE_EVENTS.under(prefix), ORDERS_STATUS.under(prefix)
        environment = {
            "PORT": str(port),
            "KAFKA": ground.kafka,
            "TOPIC": topic,
            "STATUS_TOPIC": published,
            "GROUP": f"{prefix}peer",
            "DATABASE": database,
        }
        one = Contestant(contestant, _command(contestant), address(port, "/readyz"), environment)
        async with running(one, ground.folder) as process:
            yield Consumer(process, ground.kafka, topic, [published], database, is_ours=False)


def _command(contestant: str) -> Sequence[str]:
    if contestant == FASTSTREAM:
        return [sys.executable, str(PYTHON_PEERS / "orders.py")]
    node, folder = node_peers()
    return [node, str(folder / "orders.js")]


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Orders]:
    """The database of which those of order-service's schema are copies."""
    async with AsyncExitStack() as stack:
        present = await stack.enter_async_context(ground.database())
        await migrate(present)
        await make_present(present, PRESENT_ORDERS)
        yield Orders(ground, present, stack)


ORDERS: Final = Scenario(
    name="orders",
    title="Facts in Kafka → orders in PostgreSQL, changes in Kafka",
    contestants=CONTESTANTS,
    figures=(
        Figure("per_second", "events/s", "more"),
        Figure("per_cpu_second", "events per CPU second", "more"),
    ),
    cases=(
        Case(PRESENT),
        Case(MANY_PRESENT, only=(OURS,), big=True),
    ),
    musts=(
        Must(PRESENT, "per_second", FASTSTREAM, at_least=25),
        Must(PRESENT, "per_second", BARE, at_least=0.6),
        Must(MANY_PRESENT, "per_second", than=PRESENT, at_least=0.8),
    ),
    seconds=3.0,
    open=_open,
)
