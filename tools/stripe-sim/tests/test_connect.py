"""Connect: accounts are worlds of their own, and a platform hears of those that it serves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Shop, Sim


@pytest.fixture
def account(sim: Sim) -> str:
    """A connected account."""
    return sim.stripe.v1.accounts.create({"type": "express", "country": "DE", "email": "shop@a.test"}).id


def pay(sim: Sim, account: str, **options: Any) -> stripe.PaymentIntent:
    """Pay in the account."""
    asked: Any = {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    asked |= {"return_url": "https://shop.test/done"}
    where: Any = {"stripe_account": account, **options}
    return sim.stripe.v1.payment_intents.create(asked, where)


def test_an_account_knows_nothing_of_the_others(sim: Sim, account: str) -> None:
    v1, other = sim.stripe.v1, sim.stripe.v1.accounts.create().id
    paid = pay(sim, account)
    assert v1.payment_intents.retrieve(paid.id, options={"stripe_account": account}).status == "succeeded"
    for options in ({}, {"stripe_account": other}):
        with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent") as refused:
            v1.payment_intents.retrieve(paid.id, options=options)  # type: ignore[arg-type]
        assert refused.value.http_status == 404
        assert v1.charges.list(options=options).data == []  # type: ignore[arg-type]
    assert sim.event_types() == []


def test_an_account_that_is_not_connected_is_refused(sim: Sim) -> None:
    with pytest.raises(stripe.PermissionError, match="does not have access to account 'acct_none'") as refused:
        pay(sim, "acct_none")
    answer: Any = refused.value.json_body
    assert answer["error"]["code"] == "account_invalid"


def test_idempotency_keys_count_per_account(sim: Sim, account: str) -> None:
    other = sim.stripe.v1.accounts.create().id
    first, again, elsewhere = (pay(sim, one, idempotency_key="k1") for one in (account, account, other))
    assert first.id == again.id != elsewhere.id


def test_connect_endpoints_hear_of_connected_accounts_and_the_others_of_their_own(
    sim: Sim, shop: Shop, account: str
) -> None:
    for connect in (True, False):
        types: Any = ["payment_intent.succeeded"]
        sim.stripe.v1.webhook_endpoints.create(
            {"url": f"{shop.url}/{connect}", "enabled_events": types, "connect": connect}
        )
    theirs, ours = pay(sim, account), sim.pay("pm_card_visa")
    shop.wait_for_hooks(2)
    told = {
        (path, (e := json.loads(hook.body)).get("account"), e["data"]["object"]["id"])
        for hook, path in zip(shop.received, shop.paths, strict=True)
    }
    assert told == {("/webhooks/True", account, theirs.id), ("/webhooks/False", None, ours.id)}


def test_an_account_may_have_an_endpoint_of_its_own(sim: Sim, shop: Shop, account: str) -> None:
    options: Any = {"stripe_account": account}
    sim.stripe.v1.webhook_endpoints.create({"url": shop.url, "enabled_events": ["charge.succeeded"]}, options)
    sim.pay("pm_card_visa")
    theirs = pay(sim, account)
    shop.wait_for_hooks(1)
    assert [json.loads(hook.body)["data"]["object"]["payment_intent"] for hook in shop.received] == [theirs.id]


def test_a_thin_event_leads_into_the_account(sim: Sim, shop: Shop, account: str) -> None:
    asked: Any = {
        "name": "Connect", "type": "webhook_endpoint", "event_payload": "thin", "events_from": ["@accounts"],
        "enabled_events": ["v1.payment_intent.succeeded"], "webhook_endpoint": {"url": shop.url},
        "include": ["webhook_endpoint.signing_secret"],
    }  # fmt: skip
    destination: Any = sim.stripe.v2.core.event_destinations.create(asked)
    sim.pay("pm_card_visa")
    theirs = pay(sim, account)
    shop.wait_for_hooks(1)
    hook = shop.received[0]
    told: Any = sim.stripe.parse_event_notification(
        hook.body, hook.headers["Stripe-Signature"], destination.webhook_endpoint.signing_secret
    )
    assert (str(told.context), told.related_object.id) == (account, theirs.id)
    assert told.fetch_related_object().id == theirs.id
    assert told.fetch_event().snapshot_event
    assert len(shop.received) == 1


def test_a_platform_hears_that_an_account_was_changed(sim: Sim, shop: Shop, account: str) -> None:
    types: Any = ["account.updated"]
    sim.stripe.v1.webhook_endpoints.create({"url": shop.url, "enabled_events": types, "connect": True})
    sim.stripe.v1.accounts.update(account, {"email": "new@a.test", "metadata": {"a": "b"}})
    shop.wait_for_hooks(1)
    event = json.loads(shop.received[0].body)
    assert (event["account"], event["data"]["previous_attributes"]) == (
        account,
        {"email": "shop@a.test", "metadata": {"a": None}},
    )


def test_accounts_are_listed_and_deleted(sim: Sim, account: str) -> None:
    v1 = sim.stripe.v1
    assert [one.id for one in v1.accounts.list().data] == [account]
    assert v1.accounts.retrieve(account).country == "DE"
    assert v1.accounts.retrieve_current(options={"stripe_account": account}).id == account
    assert v1.accounts.retrieve_current().id == "acct_simPlatform"
    v1.accounts.delete(account)
    with pytest.raises(stripe.PermissionError):
        pay(sim, account)


def test_accounts_of_the_settings_are_there_from_the_start_and_after_a_reset(start_sim: Callable[..., Sim]) -> None:
    sim = start_sim(connected_accounts=("acct_one",))
    for _ in range(2):
        assert pay(sim, "acct_one").status == "succeeded"
        sim.control("reset")
    assert sim.stripe.v1.charges.list(options={"stripe_account": "acct_one"}).data == []


def test_what_happens_in_an_account_can_be_done_and_triggered_there(sim: Sim, account: str) -> None:
    made = sim.control("trigger", event="charge.refunded", account=account)["objects"]
    options: Any = {"stripe_account": account}
    assert sim.stripe.v1.refunds.retrieve(made["refund"], options=options).status == "succeeded"
    paid = pay(sim, account)
    sim.control(f"objects/{paid.id}/dispute")
    assert len(sim.stripe.v1.disputes.list(options=options).data) == 1
    assert sim.event_types() == []


def test_a_session_of_an_account_is_paid_on_its_page(sim: Sim, account: str) -> None:
    mug: Any = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Mug"}}
    asked: Any = {"mode": "payment", "success_url": "https://a.b", "line_items": [{"price_data": mug, "quantity": 2}]}
    session = sim.stripe.v1.checkout.sessions.create(asked, {"stripe_account": account})
    assert account in sim.call("GET", f"/c/pay/{session.id}", key=None).text
    form = {"payment_method": "pm_card_visa", "email": "a@b.test"}
    assert "url" in sim.call("POST", f"/c/pay/{session.id}/confirm", form, key=None).json()
