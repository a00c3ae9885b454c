"""The house on this machine, as `make up` left it."""

import os

from dotenv import dotenv_values

from devstack.addresses import Addresses
from devstack.state import REPOSITORY, state_folder
from fuzz.apis import SERVICES, House


def house_that_is_up() -> House:
    """Where it listens, and its keys: made up ones from the state folder, else those that were given."""
    given = {name: value for name, value in dotenv_values(REPOSITORY / ".env").items() if value}
    told = {**_made_up(), **given, **os.environ}
    addresses = Addresses.chosen(told)
    urls = {name: addresses.url(f"{name.upper().replace('-', '_')}_PORT") for name in (*SERVICES, "stripe-sim")}
    return House(
        urls,
        secret_key=told["TILLSTREAM_SECRET_KEY"],
        stripe_key=told["STRIPE_SECRET_KEY"],
        webhook_secret=told["STRIPE_WEBHOOK_SECRET"].partition(",")[0],
    )


def _made_up() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(state_folder() / "secrets.env").items() if value}
