"""What runs in the house: each program with its command, its settings and the order it starts in."""

import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from devstack import web
from devstack.addresses import Addresses
from devstack.kafka import Kafka
from devstack.keys import all_keys, uses_real_stripe
from devstack.postgres import Postgres
from devstack.readiness import database_answers, http_ready, kafka_answers
from devstack.state import runtime_folder, state_folder

SHARED = ("LOG_LEVEL", "LOG_FORMAT", "TILLSTREAM_MERCHANT_ID", "TILLSTREAM_DROP_IN_ROUTES", "STRIPE_LIVEMODE")
ORDER_ID_KEY = "ORDER_SERVICE_ORDER_ID_KEY"
"""What order-service and its reconciler have to agree on."""
STRIPE_JS = "https://js.stripe.com/v3/"
DATABASE = "tillstream"
ALL_ON_ONE_ADDRESS = "10000"
"""On one machine every browser comes from the same address."""


@dataclass(frozen=True)
class Program:
    """One process of the house."""

    name: str
    command: list[str]
    ready: Callable[[], Coroutine[Any, Any, bool]]
    """Whether it can do its work now."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Plan:
    """The house as the user wants it, from settings alone."""

    given: Mapping[str, str]
    keys: Mapping[str, str]
    addresses: Addresses
    kafka: Kafka
    postgres: Postgres

    @classmethod
    def from_settings(cls, given: Mapping[str, str]) -> "Plan":
        """Read the user's settings and fill in the rest. Raises Trouble for those that cannot be."""
        addresses, keys = Addresses.chosen(given), all_keys(given)
        ports = addresses.ports
        return cls(
            given,
            keys,
            addresses,
            Kafka(state_folder() / "kafka" / "broker", ports["KAFKA_PORT"], ports["KAFKA_CONTROLLER_PORT"]),
            Postgres(state_folder() / "postgres", runtime_folder() / "postgres", keys["POSTGRES_PASSWORD"]),
        )

    @property
    def simulated(self) -> bool:
        """Whether stripe-sim stands in for Stripe."""
        return not uses_real_stripe(self.given)

    @property
    def database_url(self) -> str:
        """order-service's database."""
        return self.postgres.url(DATABASE)

    def ensure_ports_are_free(self) -> None:
        """Raises Trouble when somebody else listens where one of the house's programs would."""
        for setting in self.addresses.ports:
            if self.simulated or setting != "STRIPE_SIM_PORT":
                self.addresses.ensure_free(setting)

    def foundations(self) -> tuple[Program, Program]:
        """PostgreSQL and Kafka."""
        postgres = Program(
            "postgres",
            self.postgres.command(),
            lambda: database_answers(self.postgres.url()),
            stop=signal.SIGINT,
        )
        kafka = Program(
            "kafka",
            self.kafka.command(),
            lambda: kafka_answers(self.kafka.bootstrap),
        )
        return postgres, kafka

    def services(self) -> list[Program]:
        """All that stands on the foundations, in the order that a payment takes through it."""
        simulator = [self._python("stripe-sim", self._stripe_sim())] if self.simulated else []
        return [
            *simulator,
            self._python("intent-api", self._intent_api()),
            self._python("webhook-ingest", self._webhook_ingest()),
            self._python("order-service", self.order_service()),
            self._python("order-service-resolver", self._resolver(), module="order_service.resolver"),
            self._python("order-service-reconciler", self._reconciler(), module="order_service.reconciler"),
            self._python("notifier", self._notifier()),
            self._python("storefront", self._storefront(), module="devstack.storefront"),
        ]

    def _python(self, name: str, environment: dict[str, str], *, module: str | None = None) -> Program:
        prefix = name.upper().replace("-", "_")
        port = f"{prefix}_PORT"
        own = {key: value for key, value in self.given.items() if key.startswith(f"{prefix}_") or key in SHARED}
        return Program(
            name,
            [sys.executable, "-m", module or name.replace("-", "_")],
            lambda: http_ready(self.addresses.url(port, "/readyz")),
            {**environment, **own, port: str(self.addresses.ports[port])},
        )

    def _stripe_sim(self) -> dict[str, str]:
        return {
            "STRIPE_SIM_SECRET_KEY": self.keys["STRIPE_SECRET_KEY"],
            "STRIPE_SIM_PUBLISHABLE_KEY": self.keys["STRIPE_PUBLISHABLE_KEY"],
            "STRIPE_SIM_PUBLIC_URL": self.addresses.browser_url("STRIPE_SIM_PORT"),
            "STRIPE_SIM_WEBHOOK_URL": self.addresses.url("WEBHOOK_INGEST_PORT", "/webhooks/stripe"),
            "STRIPE_SIM_WEBHOOK_SECRET": self.keys["STRIPE_WEBHOOK_SECRET"].split(",")[0].strip(),
        }

    def _intent_api(self) -> dict[str, str]:
        names = ("TILLSTREAM_SECRET_KEY", "TILLSTREAM_PUBLISHABLE_KEY", "TILLSTREAM_TOKEN_SECRET")
        settings = {name: self.keys[name] for name in (*names, "STRIPE_PUBLISHABLE_KEY")}
        return {
            **self._on_kafka(),
            **self._with_stripe(),
            **settings,
            "INTENT_API_ORDER_SERVICE_URL": self.addresses.url("ORDER_SERVICE_PORT"),
            "INTENT_API_STREAM_URL": self.addresses.browser_url("NOTIFIER_PORT", "/v1/stream", scheme="ws"),
            "INTENT_API_ALLOWED_ORIGINS": self._origins(),
            "INTENT_API_BURST_PER_ADDRESS": ALL_ON_ONE_ADDRESS,
            "INTENT_API_RATE_PER_ADDRESS": ALL_ON_ONE_ADDRESS,
        }

    def _webhook_ingest(self) -> dict[str, str]:
        return {**self._on_kafka(), "STRIPE_WEBHOOK_SECRET": self.keys["STRIPE_WEBHOOK_SECRET"]}

    def order_service(self) -> dict[str, str]:
        """order-service's settings, which its migrations take too."""
        return {
            **self._on_kafka(),
            "TILLSTREAM_SECRET_KEY": self.keys["TILLSTREAM_SECRET_KEY"],
            "TILLSTREAM_TOKEN_SECRET": self.keys["TILLSTREAM_TOKEN_SECRET"],
            "ORDER_SERVICE_DATABASE_URL": self.database_url,
            "ORDER_SERVICE_ALLOWED_ORIGINS": self._origins(),
        }

    def _resolver(self) -> dict[str, str]:
        return {**self._on_kafka(), **self._with_stripe()}

    def _reconciler(self) -> dict[str, str]:
        shared = {ORDER_ID_KEY: self.given[ORDER_ID_KEY]} if ORDER_ID_KEY in self.given else {}
        return {**self._on_kafka(), **self._with_stripe(), "ORDER_SERVICE_DATABASE_URL": self.database_url, **shared}

    def _notifier(self) -> dict[str, str]:
        return {
            **self._on_kafka(),
            "TILLSTREAM_TOKEN_SECRET": self.keys["TILLSTREAM_TOKEN_SECRET"],
            "NOTIFIER_ORDER_SERVICE_URL": self.addresses.url("ORDER_SERVICE_PORT"),
            "NOTIFIER_ALLOWED_ORIGINS": self._origins(),
            "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": ALL_ON_ONE_ADDRESS,
        }

    def _storefront(self) -> dict[str, str]:
        stripe = self.addresses.browser_url("STRIPE_SIM_PORT")
        return {
            "STOREFRONT_FILES": str(web.STOREFRONT),
            "STOREFRONT_PUBLISHABLE_KEY": self.keys["TILLSTREAM_PUBLISHABLE_KEY"],
            "STOREFRONT_INTENT_API_URL": self.addresses.browser_url("INTENT_API_PORT"),
            "STOREFRONT_ORDER_SERVICE_URL": self.addresses.browser_url("ORDER_SERVICE_PORT"),
            "TILLSTREAM_SECRET_KEY": self.keys["TILLSTREAM_SECRET_KEY"],
            "STOREFRONT_STRIPE_JS_URL": f"{stripe}/v3/" if self.simulated else STRIPE_JS,
            "STOREFRONT_STRIPE_API_URL": stripe if self.simulated else "",
        }

    def _on_kafka(self) -> dict[str, str]:
        return {"KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap}

    def _with_stripe(self) -> dict[str, str]:
        base = {"STRIPE_API_BASE": self.addresses.url("STRIPE_SIM_PORT")} if self.simulated else {}
        return {"STRIPE_SECRET_KEY": self.keys["STRIPE_SECRET_KEY"], **base}

    def _origins(self) -> str:
        return ",".join((self.addresses.browser_url("STOREFRONT_PORT"), self.addresses.url("STOREFRONT_PORT")))
