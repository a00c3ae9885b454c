"""Fan-out: a change of an order in Kafka comes to every browser that watches it."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.builds import node_peers
from bench.contestants import Contestant, running
from bench.crowds import Crowd, Spell, crowd
from bench.ground import Ground, address
from bench.model import OURS, Case, Figure, Must, Scenario
from devstack.ports import LOOPBACK, free_port
from devstack.state import REPOSITORY
from tillstream_contracts import ORDERS_STATUS

SOCKET_IO, WS = "Socket.IO + kafkajs", "ws + kafkajs"
ALL_READ: Final = f"{OURS}, where all read"
"""Ours once more, measured in turns with ours where some do not: what the machine does besides hits both alike."""
EVERYBODY: Final = (OURS, SOCKET_IO, WS)
SPEAKS: Final = {OURS: "tillstream", ALL_READ: "tillstream", SOCKET_IO: "socket.io", WS: "ws"}
EXAMPLE: Final = REPOSITORY / "libs" / "contracts" / "examples" / ORDERS_STATUS.name / "paid.json"
ONE_EACH, ALL_ONE = "{:,} sockets, an order each", "1,000 watchers of one order"
THOUSAND, FIVE_THOUSAND, TEN_THOUSAND = (ONE_EACH.format(count) for count in (1_000, 5_000, 10_000))
STALLED: Final = f"{ALL_ONE}, 5% do not read"
WARMUP: Final = 0.2
FIRST_SPELL: Final = 0.5
"""Seconds whose figures are not looked at: what comes first after a start waits for Kafka and for compilers."""
MORE_THAN_ANY: Final = "20000"


class Fanout:
    """Each contestant with a topic of its own; for each load it starts anew, and its browsers stay for all of that."""

    def __init__(self, ground: Ground, prefixes: Mapping[str, str]) -> None:
        self._ground, self._prefixes = ground, prefixes
        self._stack, self._case = AsyncExitStack(), ""
        self._crowds: dict[str, Crowd] = {}
        self._faults: dict[str, str] = {}

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """Changes for a while."""
        if case.name != self._case:
            await self.close()
            self._case = case.name
        if contestant not in self._crowds:
            self._crowds[contestant] = await self._stack.enter_async_context(self._crowd(contestant, case))
        spell = await self._crowds[contestant].spell(case.options["rate"], WARMUP, seconds)
        self._look(contestant, case, spell)
        deliveries = spell.result["deliveries_in_window"]
        return {
            "per_cpu_second": deliveries / spell.cpu_seconds if spell.cpu_seconds else 0.0,
            "memory": spell.memory / case.options["sockets"] / 1024,
            "p50": spell.result["times"]["p50"],
            "p99": spell.result["times"]["p99"],
        }

    async def verify(self) -> Mapping[str, str]:
        """Every browser that reads got every change of its order once, and in their order."""
        return self._faults

    async def close(self) -> None:
        """End everybody who runs."""
        self._crowds.clear()
        await self._stack.aclose()

    def _look(self, contestant: str, case: Case, spell: Spell) -> None:
        faults = {name: spell.result[name] for name in ("missing", "disordered", "broken", "unwritten")}
        if any(faults.values()):
            self._faults[contestant] = f"{case.name}: {faults}"

    @asynccontextmanager
    async def _crowd(self, contestant: str, case: Case) -> AsyncIterator[Crowd]:
        port, snapshots, secret = free_port(), free_port(), secrets.token_hex(32)
        topic = ORDERS_STATUS.under(self._prefixes[contestant])
        options = {
            "url": f"ws://{LOOPBACK}:{port}",
            "speaks": SPEAKS[contestant],
            "secret": secret,
            "bootstrap": self._ground.kafka,
            "topic": topic,
            "example": EXAMPLE,
            "run": secrets.token_hex(6),
            "snapshots": f"{LOOPBACK}:{snapshots}",
            **{name: int(case.options[name]) for name in ("sockets", "orders") if name in case.options},
            "stalled": 0 if contestant == ALL_READ else int(case.options.get("stalled", 0)),
        }
        environment = {
            "PORT": str(port),
            "KAFKA": self._ground.kafka,
            "TOPIC": topic,
            "NOTIFIER_PORT": str(port),
            "NOTIFIER_ORDER_SERVICE_URL": address(snapshots),
            "NOTIFIER_MAX_CONNECTIONS": MORE_THAN_ANY,
            "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": MORE_THAN_ANY,
            "KAFKA_BOOTSTRAP_SERVERS": self._ground.kafka,
            "KAFKA_TOPIC_PREFIX": self._prefixes[contestant],
            "TILLSTREAM_TOKEN_SECRET": secret,
            "LOG_FORMAT": "json",
        }
        one = Contestant(contestant, _command(contestant), address(port, "/readyz"), environment)
        async with running(one, self._ground.folder) as server, crowd("fanout", options, server) as connected:
            self._look(contestant, case, await connected.spell(case.options["rate"], 0, FIRST_SPELL))
            yield connected


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Fanout]:
    """Their topics; the contestants come with each load."""
    async with AsyncExitStack() as stack:
        prefixes = {name: await stack.enter_async_context(ground.topics()) for name in SPEAKS}
        fanout = Fanout(ground, prefixes)
        stack.push_async_callback(fanout.close)
        yield fanout


def _command(contestant: str) -> Sequence[str]:
    if contestant in (OURS, ALL_READ):
        return [sys.executable, "-m", "notifier"]
    node, folder = node_peers()
    return [node, str(folder / ("fanout-socketio.js" if contestant == SOCKET_IO else "fanout-ws.js"))]


FANOUT: Final = Scenario(
    name="fanout",
    title="A change in Kafka → the browsers that watch its order",
    contestants=tuple(SPEAKS),
    figures=(
        Figure("per_cpu_second", "deliveries per CPU second", "more"),
        Figure("memory", "KiB a connection", "less", 1),
        Figure("p50", "p50 ms", "less", 1),
        Figure("p99", "p99 ms", "less", 1),
    ),
    cases=(
        Case(ALL_ONE, {"sockets": 1_000, "orders": 1, "rate": 30}, only=EVERYBODY, quick=True),
        Case(STALLED, {"sockets": 1_000, "orders": 1, "rate": 30, "stalled": 20}, only=(OURS, ALL_READ)),
        Case(THOUSAND, {"sockets": 1_000, "rate": 3_000}, only=EVERYBODY),
        Case(FIVE_THOUSAND, {"sockets": 5_000, "rate": 3_000}, only=EVERYBODY),
        Case(TEN_THOUSAND, {"sockets": 10_000, "rate": 3_000}, only=EVERYBODY),
    ),
    musts=(
        Must(ALL_ONE, "per_cpu_second", SOCKET_IO, at_least=3),
        Must(ALL_ONE, "per_cpu_second", WS, at_least=1),
        *(
            Must(case, "per_cpu_second", peer, at_least=least)
            for case in (THOUSAND, FIVE_THOUSAND, TEN_THOUSAND)
            for peer, least in ((SOCKET_IO, 3), (WS, 1))
        ),
        Must(TEN_THOUSAND, "memory", SOCKET_IO, at_most=0.5),
        Must(STALLED, "p99", ALL_READ, at_most=1.25),
    ),
    seconds=1.0,
    open=_open,
)
