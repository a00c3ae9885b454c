"""`tillstream rebuild --with-stripe`: what Stripe itself says of the payments, beside the live rows and the rebuilt."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import orjson
import pytest

TILLSTREAM = "import sys; from order_service.command.app import main; sys.argv[0] = 'tillstream'; main()"
KEY = "sk_test_of_the_rebuild"
Ask = Callable[..., Any]


@pytest.fixture
async def sim_url() -> AsyncIterator[str]:
    """stripe-sim, whose webhooks nobody hears."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = asyncio.subprocess.DEVNULL
    command = [sys.executable, "-m", "stripe_sim", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    async with asyncio.timeout(30):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    await process.wait()


@pytest.fixture
def stripe_api(sim_url: str) -> Ask:
    """Calls it."""

    async def ask(method: str, path: str, **form: str) -> Any:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.request(method, sim_url + path, headers=headers, data=form or None) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    return ask


@pytest.fixture
def rebuild(migrated: str, kafka_bootstrap: str, kafka_prefix: str, sim_url: str) -> Ask:
    """Runs the command."""

    async def rebuild(*words: str) -> tuple[int, Any]:
        given = {
            "ORDER_SERVICE_DATABASE_URL": migrated,
            "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
            "KAFKA_TOPIC_PREFIX": kafka_prefix,
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_BASE": sim_url,
            "ORDER_SERVICE_REBUILD_RATE": "200",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", TILLSTREAM, "rebuild", *words, env={**os.environ, **given},
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(180):
            output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, orjson.loads(output) if output.startswith(b"{") else output.decode()

    return rebuild


async def _pays(stripe_api: Ask, order_id: str, card: str) -> str:
    form = {
        "amount": "2000", "currency": "eur", "confirm": "true", "payment_method": card,
        "return_url": "http://localhost/back", "metadata[order_id]": order_id,
    }  # fmt: skip
    intent = await stripe_api("POST", "/v1/payment_intents", **form)
    return str(intent["id"])


@pytest.mark.integration
@pytest.mark.timeout(300)
async def test_payments_are_compared_with_what_stripe_says(
    app: Any, kafka: Any, stripe: Any, pool: Any, stripe_api: Ask, rebuild: Ask
) -> None:
    """A refund whose event never came, a row that was corrupted, and a payment that Stripe does not know."""
    paid = [await _pays(stripe_api, f"ord_{number}", "pm_card_visa") for number in range(3)]
    waiting = await _pays(stripe_api, "ord_3", "pm_card_authenticationRequired")
    events = (await stripe_api("GET", "/v1/events?limit=100"))["data"]
    for event in reversed(events):
        await kafka.tell(orjson.dumps(event), key=event["data"]["object"]["id"].encode())
    for number in range(4):
        await kafka.changes(f"ord_{number}", count=1)
    code, told = await rebuild("--dry-run", "--with-stripe", "--json")
    assert (code, told["stripe"]) == (0, {"payments": 4, "differences": []}), told

    await stripe_api("POST", "/v1/refunds", payment_intent=paid[0], amount="500")
    await pool.execute("UPDATE payments SET captured = 1 WHERE payment_id = $1", paid[1])
    await kafka.tell(stripe.payment("succeeded", pi="pi_nobody", order="ord_9"), key=b"pi_nobody")
    await kafka.changes("ord_9", count=1)
    code, told = await rebuild("--dry-run", "--with-stripe", "--json")
    found = {one["payment_id"]: one for one in told["stripe"]["differences"]}
    assert (code, set(found)) == (3, {paid[0], paid[1], "pi_nobody"})
    assert found[paid[0]]["fields"] == {"refunded": {"live": 0, "rebuilt": 0, "stripe": 500}}
    assert found[paid[1]]["fields"] == {"captured": {"live": 1, "rebuilt": 2000, "stripe": 2000}}
    assert not found["pi_nobody"]["known_to_stripe"]
    assert waiting not in found
    _, words = await rebuild("--dry-run", "--with-stripe")
    assert f"payment {paid[0]}: refunded is 0 live, 0 rebuilt, 500 at Stripe" in words
