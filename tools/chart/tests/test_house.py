"""The house runs with the commands and the environment that the chart gives its pods."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chart.places import CHART
from chart.processes import PROCESSES
from chart.rendering import render
from devstack.ports import free_port
from devstack.service_process import ServiceProcess, service_process

LEAST = CHART / "ci" / "least.yaml"
SECRETS = {
    "STRIPE_SECRET_KEY": "sk_test_0123456789",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789",
    "TILLSTREAM_SECRET_KEY": "sk_0123456789abcdefghijklmnop",
    "TILLSTREAM_TOKEN_SECRET": "0123456789abcdefghijklmnopqrstuvwxyz",
}
ASKS_STRIPE = ("reconciler",)
"""What has to be alive only, as there is no Stripe here for it to be ready with."""


@pytest.mark.integration
async def test_house_gets_ready_with_what_the_chart_gives_it(
    kafka_bootstrap: str, kafka_prefix: str, database_url: str
) -> None:
    """First the migration, then all six processes."""
    ports = {key: free_port() for key in PROCESSES}
    manifests = render(LEAST, values=_values(ports, kafka_bootstrap, kafka_prefix))
    known = SECRETS | {"ORDER_SERVICE_DATABASE_URL": database_url}
    async with service_process(*_pod(manifests, "Job", "migrate", 0, known)) as migration:
        assert "The schema is at" in await migration.output(seconds=60)
    async with AsyncExitStack() as house:
        running = {
            key: await house.enter_async_context(
                service_process(*_pod(manifests, "Deployment", process.name, ports[key], known))
            )
            for key, process in PROCESSES.items()
        }
        for key, process in running.items():
            await (_until_alive(process) if key in ASKS_STRIPE else process.until_ready())


def _values(ports: dict[str, int], bootstrap: str, prefix: str) -> dict[str, Any]:
    services: dict[str, Any] = {key: {"settings": {"port": port}} for key, port in ports.items()}
    for caller in ("intentApi", "notifier"):  # a Service's name is known inside a cluster only
        services[caller]["settings"]["orderServiceUrl"] = f"http://127.0.0.1:{ports['orderService']}"
    here = {"host": "127.0.0.1", "stripeApiBase": f"http://127.0.0.1:{free_port()}"}
    return {"settings": {"kafkaBootstrapServers": bootstrap, "kafkaTopicPrefix": prefix, **here}, "services": services}


def _pod(
    manifests: list[dict[str, Any]], kind: str, name: str, port: int, known: Mapping[str, str]
) -> tuple[str, int, dict[str, str]]:
    """What its container runs, where it listens, and its variables, with the secrets that it refers to."""
    [container] = [
        one["spec"]["template"]["spec"]["containers"][0]
        for one in manifests
        if one["kind"] == kind and one["metadata"]["name"] == f"shop-tillstream-{name}"
    ]
    *_, module = container["command"]
    assert container["command"] == ["python", "-m", module]
    given = {entry["name"]: entry.get("value") or known.get(entry["name"], "") for entry in container["env"]}
    return module, port, given


async def _until_alive(process: ServiceProcess) -> None:
    async with asyncio.timeout(60):
        while await process.status("/livez") != 200:  # noqa: ASYNC110  # asked over HTTP
            await asyncio.sleep(0.05)
