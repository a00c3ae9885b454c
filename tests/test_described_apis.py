"""Every service does what its OpenAPI description says, whatever it is asked."""

import asyncio

import pytest

from fuzz.apis import SERVICES, House, examine, made_things
from running_house import THIN_SECRET, RunningHouse

EXAMPLES = 2
"""Made-up requests of an operation, beside those that try each of its bounds once; `make fuzz` tries many more."""
SEED = 1


@pytest.fixture(scope="session")
def described(house: RunningHouse) -> House:
    """The house as a stranger finds it."""
    return House(
        {name: house.url(name).replace("localhost", "127.0.0.1") for name in (*SERVICES, "stripe-sim")},
        secret_key=house.keys["TILLSTREAM_SECRET_KEY"],
        stripe_key=house.keys["STRIPE_SECRET_KEY"],
        webhook_secret=house.keys["STRIPE_WEBHOOK_SECRET"],
        thin_secret=THIN_SECRET,
    )


@pytest.fixture(scope="session")
def things(described: House) -> dict[str, str]:
    """What can be asked about."""
    return made_things(described)


@pytest.mark.parametrize("service", SERVICES)
async def test_api_is_as_it_is_described(service: str, described: House, things: dict[str, str]) -> None:
    """No server error, no status, header or body that the description lacks, nothing malformed accepted."""
    examined = await asyncio.to_thread(examine, service, described, things, examples=EXAMPLES, seed=SEED)
    assert examined.passed, examined.report
