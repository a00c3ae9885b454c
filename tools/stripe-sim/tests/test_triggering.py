"""Any event on demand, with the objects behind it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from stripe.events._event_classes import _V2_EVENT_CLASS_LOOKUP

from stripe_sim.controls.fixtures import FIXTURES

if TYPE_CHECKING:
    from conftest import Shop, Sim

CHALLENGED = "pm_card_threeDSecure2Required"


@pytest.mark.parametrize("event_type", FIXTURES)
def test_each_event_comes_with_its_objects(sim: Sim, event_type: str) -> None:
    made = sim.control("trigger", event=event_type)
    event: Any = sim.stripe.v1.events.retrieve(made["event"])
    assert event.type == event_type
    thin = f"v1.{event_type}"
    assert thin in _V2_EVENT_CLASS_LOOKUP, "Stripe has its thin form, too"
    for name in made["objects"].values():
        if not event_type.endswith("deleted"):
            assert sim.call("GET", f"/sim/objects/{name}", key=None).status_code == 200


def test_what_is_triggered_is_told_to_the_shop(sim_with_shop: Sim, shop: Shop) -> None:
    made = sim_with_shop.control("trigger", event="charge.dispute.created")
    (told,) = shop.wait_for(1, "charge.dispute.created")
    assert told.id == made["event"]
    assert told.data.object["payment_intent"] == made["objects"]["payment_intent"]


def test_metadata_goes_to_all_that_is_made(sim: Sim) -> None:
    made = sim.control("trigger", event="customer.subscription.created", metadata={"order_id": "ord_1"})["objects"]
    v1 = sim.stripe.v1
    for thing in (v1.customers.retrieve(made["customer"]), v1.subscriptions.retrieve(made["subscription"])):
        assert thing.to_dict()["metadata"] == {"order_id": "ord_1"}


def test_a_parameter_is_overridden_at_any_depth(sim: Sim) -> None:
    override = {"payment_intent": {"amount": 777, "currency": "jpy", "metadata": {"order_id": "ord_2"}}}
    made = sim.control("trigger", event="payment_intent.payment_failed", override=override)["objects"]
    intent = sim.stripe.v1.payment_intents.retrieve(made["payment_intent"])
    assert (intent.amount, intent.currency, intent.to_dict()["metadata"]) == (777, "jpy", {"order_id": "ord_2"})


@pytest.mark.parametrize(("wanted", "words"), [
    ({"event": "moon.landed"}, "these can be triggered: payment_intent.created"),
    ({"event": "payment_intent.created", "override": {"refund": {}}}, "only: payment_intent"),
    ({"event": "payment_intent.created", "override": {"payment_intent": {"colour": "blue"}}}, "unknown parameter"),
    ({"event": "charge.refunded", "override": {"payment_intent": {"payment_method": CHALLENGED}}}, "No such charge"),
    ({"event": "refund.created", "override": {"payment_intent": {"payment_method": "pm_card_x"}}}, "No such"),
    ({"event": "payment_intent.created", "override": {"payment_intent": {"description": "{made}"}}}, None),
])  # fmt: skip
def test_a_wish_that_cannot_be_met_is_refused(sim: Sim, wanted: dict[str, Any], words: str | None) -> None:
    answer = sim.http.post(f"{sim.base}/sim/trigger", json=wanted, timeout=10)
    assert (answer.status_code == 200) == (words is None)
    assert answer.status_code < 500
    assert re.search(words or "", answer.text)


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `stripe-sim trigger` in a terminal."""
    told = [sys.executable, "-m", "stripe_sim", "trigger", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(told, capture_output=True, text=True, timeout=30, check=False, env=env)  # noqa: S603 - ours


def test_the_terminal_prints_the_ids(sim: Sim) -> None:
    override = "payment_intent:metadata.order_id=ord_1"
    port = sim.base.rpartition(":")[2]
    done = command("charge.refunded", "--override", override, "--override", "refund:amount=5", STRIPE_SIM_PORT=port)
    assert done.returncode == 0, done.stderr
    lines = dict(line.split() for line in done.stdout.splitlines()[1:])
    assert sim.stripe.v1.refunds.retrieve(lines["refund"]).amount == 5
    intent = sim.stripe.v1.payment_intents.retrieve(lines["payment_intent"])
    assert intent.to_dict()["metadata"] == {"order_id": "ord_1"}
    assert sim.stripe.v1.events.retrieve(lines["event"]).type == "charge.refunded"


def test_the_terminal_prints_json_and_the_list(sim: Sim) -> None:
    done = command("customer.created", "--url", sim.base, "--metadata", "a=b=c", "--json")
    customer = sim.stripe.v1.customers.retrieve(json.loads(done.stdout)["objects"]["customer"])
    assert customer.to_dict()["metadata"] == {"a": "b=c"}
    assert command("--list").stdout.split() == sorted(FIXTURES)


@pytest.mark.parametrize(("arguments", "status", "words"), [
    ([], 2, "--list shows all"),
    (["moon.landed"], 1, "these can be triggered"),
    (["payment_intent.created", "--metadata", "a"], 1, "no NAME=VALUE"),
    (["payment_intent.created", "--override", "amount=5"], 1, "names no object"),
    (["payment_intent.created", "--url", "http://127.0.0.1:1"], 1, "No stripe-sim answers"),
    (["payment_intent.created", "--url", "file:///etc/passwd"], 1, "no web address"),
])  # fmt: skip
def test_the_terminal_says_what_to_do_instead(sim: Sim, arguments: list[str], status: int, words: str) -> None:
    port = sim.base.rpartition(":")[2]
    done = command(*arguments, STRIPE_SIM_PORT=port)
    assert (done.returncode, words in done.stderr) == (status, True), done.stderr
