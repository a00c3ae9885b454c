import type { LatestInvoice, Subscription, SubscriptionStatus } from "@tillstream/client";
import { expect, test } from "vitest";

import { cardName, distinct, type SavedCard } from "../src/saved-cards.ts";
import { dueInvoice, standing } from "../src/standing.ts";

const TOLD: Subscription = {
  subscription_id: "subs_1",
  version: 1,
  status: "active",
  previous_status: null,
  currency: "usd",
  items: [],
  cancel_at_period_end: false,
  current_period_end: null,
  trial_end: null,
  latest_invoice: null,
  flags: [],
  at: "2026-11-21T12:00:00Z",
};

test("a subscription of which nothing is known yet is waited for", () => {
  expect(standing(undefined)).toBe("waiting");
  expect(standing({ ...TOLD, version: 0, status: "incomplete" })).toBe("waiting");
});

test("one that ends with its period is ending, until it has ended", () => {
  const ending = { ...TOLD, cancel_at_period_end: true };
  expect(standing(ending)).toBe("ending");
  expect(standing({ ...ending, status: "trialing" })).toBe("ending");
  expect(standing({ ...ending, status: "canceled" })).toBe("canceled");
  expect(standing({ ...ending, status: "past_due" })).toBe("past_due");
});

const OPEN: LatestInvoice = {
  invoice_id: "in_1",
  status: "open",
  amount_due: 1450,
  amount_paid: 0,
  needs_action: false,
};

test.each<[string, SubscriptionStatus, Partial<LatestInvoice>, boolean]>([
  ["a renewal that failed", "past_due", {}, true],
  ["one that failed for good", "unpaid", {}, true],
  ["one that the bank asks about", "active", { needs_action: true }, true],
  ["one that is being collected", "active", {}, false],
  ["a first payment, which has a page of its own,", "incomplete", { needs_action: true }, false],
  ["what was owed when it ended", "canceled", { needs_action: true }, false],
  ["a paid one", "past_due", { status: "paid" }, false],
])("%s: is it the buyer's turn to pay?", (_invoice, status, facts, due) => {
  const told = { ...TOLD, status, latest_invoice: { ...OPEN, ...facts } };
  expect(dueInvoice(told) !== null).toBe(due);
});

const VISA: SavedCard = {
  payment_method_id: "pm_1",
  type: "card",
  brand: "visa",
  last4: "4242",
  exp_month: 12,
  exp_year: 2034,
};

test("a card that was saved twice is offered once, the newer one", () => {
  const renewed = { ...VISA, payment_method_id: "pm_3", exp_year: 2038 };
  const cards = [renewed, VISA, { ...VISA, payment_method_id: "pm_0" }];
  expect(distinct(cards).map((card) => card.payment_method_id)).toEqual(["pm_3", "pm_1"]);
});

test("a card of an unknown brand and another way to pay have a name too", () => {
  expect(cardName(VISA)).toBe("Visa •••• 4242");
  expect(cardName({ ...VISA, brand: "new" })).toBe("Card •••• 4242");
  expect(cardName({ ...VISA, type: "link", brand: null, last4: null })).toBe("link");
});
