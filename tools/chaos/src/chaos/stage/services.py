"""Which services take part, how many of each, and their settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from chaos.mutants import command
from chaos.stage.clocks import Clocks
from chaos.stage.keys import LOOK_SECONDS, Keys
from chaos.stage.ports import Ports
from chaos.stage.proxies import Proxies
from chaos.stage.supervised import Program, Ready
from devstack.ports import LOOPBACK
from devstack.readiness import http_ready

ALL_FROM_ONE_ADDRESS = "100000"


@dataclass(frozen=True)
class Service:
    """One service: its module, how many processes, its port's setting."""

    name: str
    module: str
    port_setting: str
    instances: int = 2
    proxied: bool = False
    """Whether its callers come through a proxy."""
    clocked: bool = False
    """Whether its clock can be moved."""
    probe: str = "/readyz"
    """What answers 200 once it is up."""


SERVICES = (
    Service("webhook-ingest", "webhook_ingest", "WEBHOOK_INGEST_PORT", proxied=True, clocked=True),
    Service("order-service", "order_service", "ORDER_SERVICE_PORT", clocked=True),
    Service("notifier", "notifier", "NOTIFIER_PORT", proxied=True),
    Service("intent-api", "intent_api", "INTENT_API_PORT"),
    Service("reconciler", "order_service.reconciler", "ORDER_SERVICE_RECONCILER_PORT", probe="/livez"),
)
"""The reconciler is not ready while nobody plays Stripe, who begins once all is up."""
RECONCILER = {
    "ORDER_SERVICE_RECONCILER_SWEEP_EVERY": "3",
    "ORDER_SERVICE_RECONCILER_GRACE": "10",
    "ORDER_SERVICE_RECONCILER_OVERLAP": "60",
    "ORDER_SERVICE_RECONCILER_SINCE": "900",
    "ORDER_SERVICE_RECONCILER_RATE": "50",
}
"""Quick, for a run of minutes: what is a little late counts as missing already, so both ways meet all the time."""
INSTANCES = {f"{service.name}-{number}": service for service in SERVICES for number in range(1, service.instances + 1)}
"""Every process by its name: `order-service-2`."""


@dataclass(frozen=True)
class House:
    """What the settings of the services are made from."""

    ports: Mapping[str, int]
    """Where each instance itself listens."""
    proxies: Proxies
    keys: Keys
    clocks: Clocks
    kafka: str
    database_url: str
    stripe_api_port: int

    def programs(self, mutant: str | None) -> list[Program]:
        """The services' processes, with one defect put into them where a mutant is named."""
        return [
            Program(name, command(service.module, mutant), self._ready(name), self._environment(name, service))
            for name, service in INSTANCES.items()
        ]

    def urls(self, service: str, *, scheme: str = "http", path: str = "") -> tuple[str, ...]:
        """Where the service's instances are called, through their proxies where they have some."""
        names = [name for name, kind in INSTANCES.items() if kind.name == service]
        return tuple(f"{scheme}://{LOOPBACK}:{self.proxies.ports.get(name, self.ports[name])}{path}" for name in names)

    def _ready(self, name: str) -> Ready:
        return lambda: http_ready(f"http://{LOOPBACK}:{self.ports[name]}{INSTANCES[name].probe}")

    def _environment(self, name: str, service: Service) -> Mapping[str, str]:
        return {
            **self._shared(),
            service.port_setting: str(self.ports[name]),
            "NOTIFIER_ORDER_SERVICE_URL": self._twin(name, "order-service"),
            "INTENT_API_ORDER_SERVICE_URL": self._twin(name, "order-service"),
            "INTENT_API_STREAM_URL": self.urls("notifier", scheme="ws", path="/v1/stream")[0],
            **(self.clocks.environment(name) if service.clocked else {}),
        }

    def _shared(self) -> Mapping[str, str]:
        """Each service takes what has its own prefix, and the names that the whole house shares."""
        return {
            **self.keys.values,
            **RECONCILER,
            "LOG_FORMAT": "json",
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "ORDER_SERVICE_DATABASE_URL": self.database_url,
            "STRIPE_API_BASE": f"http://{LOOPBACK}:{self.stripe_api_port}",
            "WEBHOOK_INGEST_SECRETS_FILE": str(self.keys.file),
            "WEBHOOK_INGEST_SECRETS_EVERY": str(LOOK_SECONDS),
            "INTENT_API_BURST_PER_ADDRESS": ALL_FROM_ONE_ADDRESS,
            "INTENT_API_RATE_PER_ADDRESS": ALL_FROM_ONE_ADDRESS,
            "INTENT_API_BURST_PER_KEY": ALL_FROM_ONE_ADDRESS,
            "INTENT_API_RATE_PER_KEY": ALL_FROM_ONE_ADDRESS,
            "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": ALL_FROM_ONE_ADDRESS,
        }

    def _twin(self, name: str, service: str) -> str:
        """The other service's instance of the same number."""
        return self.urls(service)[int(name.rpartition("-")[2]) - 1]


def instance_ports(ports: Ports) -> dict[str, int]:
    """A port for each instance."""
    return {name: ports.take() for name in INSTANCES}
