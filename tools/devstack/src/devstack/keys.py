"""Keys and secrets: those that the user gave, and for the rest some made up once and kept."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from devstack.state import state_folder
from devstack.trouble import Trouble

MAKERS: dict[str, Callable[[], str]] = {
    "TILLSTREAM_SECRET_KEY": lambda: f"sk_{secrets.token_hex(16)}",
    "TILLSTREAM_PUBLISHABLE_KEY": lambda: f"pk_{secrets.token_hex(16)}",
    "TILLSTREAM_TOKEN_SECRET": lambda: secrets.token_hex(32),
    "POSTGRES_PASSWORD": lambda: secrets.token_hex(16),
    "STRIPE_SECRET_KEY": lambda: f"sk_test_{secrets.token_hex(16)}",
    "STRIPE_PUBLISHABLE_KEY": lambda: f"pk_test_{secrets.token_hex(16)}",
    "STRIPE_WEBHOOK_SECRET": lambda: f"whsec_{secrets.token_hex(16)}",
}


def all_keys(given: Mapping[str, str]) -> dict[str, str]:
    """A value for each key: as given, else as made up before, else made up now."""
    _refuse_half_an_account(given)
    path = state_folder() / "secrets.env"
    kept = {name: value for name, value in dotenv_values(path).items() if value} if path.exists() else {}
    missing = {name: make() for name, make in MAKERS.items() if name not in kept}
    if missing:
        _keep(path, {**kept, **missing})
    known = {**kept, **missing, **given}
    return {name: known[name] for name in MAKERS}


def uses_real_stripe(given: Mapping[str, str]) -> bool:
    """Whether the user has named an account of Stripe's test mode."""
    return "STRIPE_SECRET_KEY" in given


def _refuse_half_an_account(given: Mapping[str, str]) -> None:
    if not uses_real_stripe(given):
        if "STRIPE_PUBLISHABLE_KEY" in given:
            raise Trouble("STRIPE_PUBLISHABLE_KEY is set and STRIPE_SECRET_KEY is not: set both or neither.")
        return
    if not given["STRIPE_SECRET_KEY"].startswith(("sk_test_", "rk_test_")):
        raise Trouble("STRIPE_SECRET_KEY is no test key: this house is for trying out, set one that begins sk_test_.")
    if "STRIPE_PUBLISHABLE_KEY" not in given:
        raise Trouble("STRIPE_SECRET_KEY is set: set STRIPE_PUBLISHABLE_KEY (pk_test_…) of the same account too.")
    if "STRIPE_WEBHOOK_SECRET" not in given:
        raise Trouble("STRIPE_SECRET_KEY is set: set STRIPE_WEBHOOK_SECRET too (`stripe listen --print-secret`).")


def _keep(path: Path, values: Mapping[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
