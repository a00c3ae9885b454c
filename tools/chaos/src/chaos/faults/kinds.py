"""Every kind of fault, in one table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

from chaos.faults import brokers, database, processes, surroundings
from chaos.faults.outcome import Outcome
from chaos.faults.plan import Planned, plan
from chaos.stage import Stage
from chaos.stage.cluster import BROKERS, name_of
from chaos.stage.services import INSTANCES, SERVICES
from chaos.stage.sweeper import DISK

Act = Callable[[Stage, str, float], Awaitable[Outcome]]
"""Does it to the target for so many seconds, and undoes it."""


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    act: Act
    targets: tuple[str, ...]
    lasts: tuple[float, float]
    """At least and at most, in seconds."""
    weight: int = 1
    kills: int = 0
    alone: bool = False
    """Whether nothing gets on meanwhile, so that other faults would add nothing."""


CLOCK_OFF_MINUTES = 10
"""Twice what webhook-ingest tolerates."""
SERVICE_NAMES = tuple(service.name for service in SERVICES)
PROCESSES = tuple(INSTANCES)
PROXIED = tuple(name for name, service in INSTANCES.items() if service.proxied)
CLOCKED = tuple(name for name, service in INSTANCES.items() if service.clocked)
CLUSTER = tuple(map(name_of, BROKERS))
PAIRS = tuple("+".join(pair) for pair in combinations(CLUSTER, 2))
NETWORK = (*CLUSTER, DISK, *PROXIED)
LEADER = ("leader",)
DATABASE = (DISK,)

KINDS: Mapping[str, Kind] = {
    "kill": Kind(processes.kill, PROCESSES, (0, 1), weight=10, kills=1),
    "kill-broker": Kind(processes.kill, CLUSTER, (1, 6), weight=2, kills=1),
    "kill-leader": Kind(brokers.kill_leader, LEADER, (2, 6), weight=2, kills=1),
    "kill-two-brokers": Kind(brokers.kill_both, PAIRS, (4, 7), kills=2, alone=True),
    "freeze-followers-kill-leader": Kind(
        brokers.freeze_followers_and_kill_leader, LEADER, (8, 10), weight=1, kills=1, alone=True
    ),
    "database-immediate": Kind(database.stop_immediately, DATABASE, (0.5, 4), weight=2, kills=1),
    "database-kill-backend": Kind(database.kill_backend, DATABASE, (0, 0), weight=2, kills=1),
    "freeze": Kind(processes.freeze, PROCESSES, (11, 15), weight=3),
    "freeze-broker": Kind(processes.freeze, CLUSTER, (3, 8), weight=2),
    "terminate": Kind(processes.terminate, PROCESSES, (1, 10), weight=3),
    "terminate-broker": Kind(processes.terminate, CLUSTER, (1, 10)),
    "rolling-restart": Kind(processes.restart_one_by_one, SERVICE_NAMES, (5, 15)),
    "database-backends": Kind(database.terminate_backends, DATABASE, (1, 4), weight=2),
    "database-connections": Kind(database.take_all_connections, DATABASE, (3, 6)),
    "commit-reply-lost": Kind(database.lose_commit_replies, DATABASE, (4, 8), weight=3),
    "disk-full": Kind(database.fill_disk, DATABASE, (3, 6)),
    "latency": Kind(surroundings.poison(surroundings.LATE), NETWORK, (3, 8), weight=2),
    "reset": Kind(surroundings.poison(surroundings.RESET), NETWORK, (1, 4), weight=2),
    "cut": Kind(surroundings.cut, NETWORK, (2, 6), weight=2),
    "half-open": Kind(surroundings.poison(surroundings.HALF_OPEN), NETWORK, (5, 12), weight=2),
    "clock-ahead": Kind(surroundings.move_clock(60 * CLOCK_OFF_MINUTES), CLOCKED, (4, 10)),
    "clock-behind": Kind(surroundings.move_clock(-60 * CLOCK_OFF_MINUTES), CLOCKED, (4, 10)),
    "secret-rolled": Kind(surroundings.roll_secret, ("webhook-secret",), (3, 8)),
}


def planned(seed: int, seconds: float, kinds: frozenset[str] | None) -> list[Planned]:
    """The faults of a run; the same for the same arguments."""
    return plan({name: kind for name, kind in KINDS.items() if kinds is None or name in kinds}, seed, seconds)
