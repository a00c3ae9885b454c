"""Every service's API held against its own description, by schemathesis, in a house that is up."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any, Final

import requests

CONFIG: Final = Path(__file__).parents[2] / "schemathesis.toml"
SERVICES: Final = ("intent-api", "webhook-ingest", "order-service", "order-service-resolver", "notifier")
PATIENCE: Final = 20


@dataclass(frozen=True)
class House:
    """Where everything listens, and its keys."""

    urls: Mapping[str, str]
    secret_key: str
    stripe_key: str
    webhook_secret: str
    thin_secret: str = ""


@dataclass(frozen=True)
class Examined:
    """What schemathesis says of a service."""

    service: str
    passed: bool
    report: str


def examine(
    service: str, house: House, things: Mapping[str, str], *, seed: int, examples: int = 100, seconds: int | None = None
) -> Examined:
    """Try every operation with so many made-up requests, or for so long. The same seed makes up the same ones."""
    given = {
        "FUZZ_SECRET_KEY": house.secret_key,
        "FUZZ_WEBHOOK_SECRET": house.webhook_secret,
        "FUZZ_THIN_SECRET": house.thin_secret,
        **things,
    }
    effort = [f"--max-time={seconds}"] if seconds else [f"--max-examples={examples}"]
    options = ["--no-color", "--checks=all", f"--seed={seed}", "--generation-database=none", *effort]
    with _config(given) as config:
        program = str(Path(sys.executable).with_name("schemathesis"))
        command = [program, f"--config-file={config}", "run", f"{house.urls[service]}/openapi.json", *options]
        ran = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)  # noqa: S603
    return Examined(service, ran.returncode == 0, ran.stdout + ran.stderr)


@contextmanager
def _config(given: Mapping[str, str]) -> Iterator[Path]:
    """The configuration with what is given put in, which schemathesis itself does not do in its dictionaries."""
    with TemporaryDirectory(prefix="tillstream-fuzz-") as folder:
        config = Path(folder, CONFIG.name)
        config.write_text(Template(CONFIG.read_text()).substitute(given))
        yield config


def made_things(house: House) -> dict[str, str]:
    """The ids of an order that is paid, one that is not, a payment, a customer and a subscription."""
    cart = {"items": [{"sku": "mug", "quantity": 2}], "currency": "usd"}
    paid, unpaid = (_made(house, "/v1/payment-intents", cart) for _ in range(2))
    _confirmed(house, paid["payment_intent_id"])
    customer = _made(house, "/v1/customers", {"reference": f"cust-{secrets.token_hex(4)}"})["customer_id"]
    monthly = {"customer": customer, "items": [{"sku": "beans-monthly", "quantity": 1}], "currency": "usd"}
    return {
        "FUZZ_PAID_ORDER": paid["order_id"],
        "FUZZ_OPEN_ORDER": unpaid["order_id"],
        "FUZZ_PAYMENT": paid["payment_intent_id"],
        "FUZZ_CUSTOMER": customer,
        "FUZZ_SUBSCRIPTION": _made(house, "/v1/subscriptions", monthly)["subscription_id"],
    }


def _made(house: House, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {house.secret_key}", "Idempotency-Key": secrets.token_hex(16)}
    answer = requests.post(house.urls["intent-api"] + path, json=body, headers=headers, timeout=PATIENCE)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def _confirmed(house: House, payment_intent_id: str) -> None:
    requests.post(
        f"{house.urls['stripe-sim']}/v1/payment_intents/{payment_intent_id}/confirm",
        data={"payment_method": "pm_card_visa", "return_url": "http://localhost:8000"},
        headers={"Authorization": f"Bearer {house.stripe_key}"},
        timeout=PATIENCE,
    ).raise_for_status()
