"""Whatever a merchant, a buyer and time do to subscriptions, in any order: the objects agree with each other."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest

from stripe_sim.account import Account
from stripe_sim.billing import billing, invoices, prices, subscription_life, subscriptions, test_clocks
from stripe_sim.controls import actions
from stripe_sim.customers import customers, reuse, saved_payment_methods
from stripe_sim.http.errors import StripeError
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.settings import Settings

START = 1_800_000_000
HOUR, DAY = 3600, 86_400
STEPS = 60
CARDS = (
    "pm_card_visa",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
    "pm_usBankAccount_success",
    "pm_usBankAccount_accountClosed",
)


class Waiting:
    """Timers that ring when they are told to."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def after(self, seconds: float, then: Callable[[], None]) -> None:  # noqa: ARG002 - as Timers say
        self._waiting.append(then)

    def ring(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()


class Walk:
    """One customer of one merchant, and what happens to their subscriptions by chance."""

    def __init__(self, seed: int) -> None:
        self.chance, self.timers = random.Random(seed), Waiting()
        after: Any = self.chance.choice(("canceled", "unpaid", "past_due"))
        settings = Settings(
            after_retries=after,
            draft_seconds=self.chance.choice((0, HOUR)),
            retry_days=self.chance.choice(((), (1,), (3, 5, 7))),
        )
        self.account = Account(settings, lambda: START, random.Random(seed), self.timers)
        self.account.followers += [reuse.follow, billing.follow, subscription_life.follow]
        self.clock = test_clocks.create(self.account, Call({"frozen_time": START}))["id"]
        self.customer = customers.create(self.account, Call({"test_clock": self.clock}))["id"]
        self.prices = [self._price(interval) for interval in ("day", "week", "month")]

    def _price(self, interval: str) -> str:
        amount = self.chance.choice((0, 1000, 2500))
        data = {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Tea"}}
        return str(prices.create(self.account, Call({**data, "recurring": {"interval": interval}}))["id"])

    def step(self) -> None:
        """Something happens; what is refused changes nothing."""
        deed = self.chance.choice(
            (self.save, self.subscribe, self.advance, self.advance, self.change, self.bill, self.act)
        )
        with contextlib.suppress(StripeError):
            deed()
        self.timers.ring()

    def now(self) -> int:
        return int(self._clock()["frozen_time"])

    def _clock(self) -> Object:
        return self.account.find(test_clocks.KIND, self.clock, param="test_clock")

    def _some(self, kind: str) -> Object | None:
        return self.chance.choice([*self.account.store.oldest_first(kind), None])

    def save(self) -> None:
        card = Call({"customer": self.customer}, {"id": self.chance.choice(CARDS)})
        method = saved_payment_methods.attach(self.account, card)["id"]
        settings = {"invoice_settings": {"default_payment_method": method}}
        customers.update(self.account, Call(settings, {"id": self.customer}))

    def subscribe(self) -> None:
        item = {"price": self.chance.choice(self.prices), "quantity": self.chance.choice((0, 1, 3))}
        ends = {"missing_payment_method": self.chance.choice(("cancel", "pause", "create_invoice"))}
        asked: dict[str, Any] = {
            "customer": self.customer,
            "items": [item],
            "payment_behavior": self.chance.choice(("default_incomplete", "allow_incomplete", "error_if_incomplete")),
            "trial_period_days": self.chance.choice((0, 0, 1, 30)),
            "trial_settings": {"end_behavior": ends},
        }
        subscriptions.create(self.account, Call(asked))

    def advance(self) -> None:
        to = self.now() + self.chance.choice((HOUR, DAY, 2 * DAY, 8 * DAY, 40 * DAY))
        test_clocks.advance(self.account, Call({"frozen_time": to}, {"id": self.clock}))

    def change(self) -> None:
        if (subscription := self._some("subscription")) is None:
            return
        item = {"id": subscription["items"]["data"][0]["id"], "quantity": self.chance.choice((0, 1, 5))}
        what: dict[str, Any] = self.chance.choice(
            (
                {"items": [item]},
                {"items": [{**item, "price": self.chance.choice(self.prices)}]},
                {"items": [item], "proration_behavior": "always_invoice"},
                {"cancel_at_period_end": self.chance.random() < 0.5},
                {"trial_end": self.now() + 9 * DAY},
                {"trial_end": "now"},
            )
        )
        subscriptions.update(self.account, Call(what, {"id": subscription["id"]}))

    def bill(self) -> None:
        if (invoice := self._some("invoice")) is not None:
            work = self.chance.choice((invoices.pay, invoices.finalize, invoices.void, invoices.mark_uncollectible))
            work(self.account, Call({}, {"id": invoice["id"]}))

    def act(self) -> None:
        thing = self._some(self.chance.choice(("subscription", "invoice")))
        if thing and (doable := actions.possible(self.account, thing)):
            doable[self.chance.choice(sorted(doable))].work(self.account, thing)

    def check(self) -> None:
        """Everything agrees."""
        assert self._clock()["status"] == "ready"
        for subscription in self.account.store.oldest_first("subscription"):
            self._check_subscription(subscription)
        for invoice in self.account.store.oldest_first("invoice"):
            self._check_invoice(invoice)

    def _check_subscription(self, subscription: Object) -> None:
        item = subscription["items"]["data"][0]
        assert item["current_period_start"] < item["current_period_end"]
        over = subscription["status"] in ("canceled", "incomplete_expired")
        assert over == (subscription["ended_at"] is not None)
        if subscription["status"] in ("active", "past_due", "trialing", "unpaid"):
            assert item["current_period_end"] > self.now()

    def _check_invoice(self, invoice: Object) -> None:
        intent = billing.intent_of(self.account, invoice)
        if intent is not None and invoice["amount_paid_off_stripe"] == 0:
            assert (intent["status"] == "succeeded") == (invoice["status"] == "paid")
        if invoice["status"] == "paid":
            assert (invoice["amount_remaining"], invoice["next_payment_attempt"]) == (0, None)


@pytest.mark.parametrize("seed", range(40))
def test_subscriptions_invoices_and_payments_agree_after_every_step(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
        walk.check()
