"""Nothing grows without end, and the process starts and stops as it should."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import requests

from stripe_sim.store import Store

if TYPE_CHECKING:
    from conftest import Merchant, Sim


def test_the_oldest_objects_and_what_lies_beside_them_are_forgotten() -> None:
    store = Store(limit=2, events=1)
    for number in range(3):
        thing = {"object": "charge", "id": f"ch_{number}"}
        store.put(thing)
        store.put_beside(thing, "part", {"n": number})
        store.put({"object": "event", "id": f"evt_{number}"})
    assert [thing["id"] for thing in store.newest_first("charge")] == ["ch_2", "ch_1"]
    assert [thing["id"] for thing in store.newest_first("event")] == ["evt_2"]
    assert len(store._beside) == 2


def test_a_subscription_outlives_the_price_that_was_forgotten(
    start_sim: Callable[..., Sim], opened: Callable[..., Merchant]
) -> None:
    merchant = opened(start_sim(objects_kept=3))
    subscription = merchant.subscribe()
    for _ in range(3):
        merchant.sim.session()
    assert merchant.sim.call("GET", f"/v1/prices/{merchant.price}").status_code == 404
    merchant.advance(merchant.period(subscription)[1] + 3600)
    assert merchant.invoice(subscription).amount_paid == 1000


def test_a_changed_object_keeps_its_place() -> None:
    store = Store(limit=5, events=5)
    for name in ("a", "b", "a"):
        store.put({"object": "charge", "id": name})
    assert [thing["id"] for thing in store.newest_first("charge")] == ["b", "a"]


def test_the_same_seed_makes_the_same_ids(start_sim: Callable[..., Sim]) -> None:
    made = [start_sim(seed=7).intent().id for _ in range(2)]
    assert made[0] == made[1]


def test_a_reset_forgets_all_but_the_settings(sim_with_shop: Sim) -> None:
    sim_with_shop.intent()
    sim_with_shop.control("chaos", drop=1)
    sim_with_shop.control("faults", kind="error_500")
    sim_with_shop.control("reset")
    assert sim_with_shop.event_types() == []
    assert len(sim_with_shop.stripe.v1.webhook_endpoints.list().data) == 1
    sim_with_shop.intent()


def test_metrics_count_calls_and_deliveries(sim: Sim) -> None:
    sim.intent()
    metrics = sim.http.get(f"{sim.base}/metrics", timeout=5).text
    assert 'stripe_sim_requests_total{method="POST",path="/v1/payment_intents",status="200"}' in metrics
    assert "stripe_sim_deliveries_waiting" in metrics


def test_the_command_serves_until_it_is_told_to_end(until: Callable[..., object]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "stripe_sim", "--port", str(port)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_SIM_")}
    with subprocess.Popen(command, env=clean, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            until(lambda: _ready(port))
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) in (0, -signal.SIGTERM)
        finally:
            process.kill()


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
