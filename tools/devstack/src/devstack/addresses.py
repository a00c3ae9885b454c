"""Where each part of the house listens (DESIGN §5), always on the loopback interface."""

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from devstack.ports import LOOPBACK, is_free
from devstack.trouble import Trouble

DEFAULTS = {
    "KAFKA_PORT": 9092,
    "KAFKA_CONTROLLER_PORT": 9093,
    "STRIPE_SIM_PORT": 8010,
    "INTENT_API_PORT": 8001,
    "WEBHOOK_INGEST_PORT": 8002,
    "ORDER_SERVICE_PORT": 8003,
    "ORDER_SERVICE_RESOLVER_PORT": 8006,
    "ORDER_SERVICE_RECONCILER_PORT": 8007,
    "NOTIFIER_PORT": 8004,
    "STOREFRONT_PORT": 8000,
}


@dataclass(frozen=True)
class Addresses:
    """The ports by their settings' names."""

    ports: Mapping[str, int]

    @classmethod
    def chosen(cls, given: Mapping[str, str]) -> "Addresses":
        """The defaults, and what the user set instead."""
        ports = {name: _port(name, given.get(name, str(default))) for name, default in DEFAULTS.items()}
        for name, port in ports.items():
            twin = next((other for other in ports if ports[other] == port and other != name), None)
            if twin:
                raise Trouble(f"{name} and {twin} are both {port}: give each its own port.")
        return cls(ports)

    def url(self, setting: str, path: str = "", *, host: str = LOOPBACK, scheme: str = "http") -> str:
        """The address behind a setting: `url("INTENT_API_PORT", "/readyz")`."""
        return f"{scheme}://{host}:{self.ports[setting]}{path}"

    def browser_url(self, setting: str, path: str = "", *, scheme: str = "http") -> str:
        """The same as people write it."""
        return self.url(setting, path, host="localhost", scheme=scheme)

    def ensure_free(self, setting: str) -> None:
        """Raises Trouble when somebody else listens there."""
        port = self.ports[setting]
        if not is_free(port):
            raise Trouble(f"Port {port} is in use{_by_whom(port)}: stop that, or set {setting} to another port.")


def _port(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise Trouble(f"{name} is {text!r}: set it to a port from 1 to 65535.")
    return int(text)


def _by_whom(port: int) -> str:
    try:
        pids = [c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port and c.pid]
        process = psutil.Process(pids[0])
        return f" by {process.name()} (process {process.pid})"
    except (psutil.Error, IndexError):
        return ""
