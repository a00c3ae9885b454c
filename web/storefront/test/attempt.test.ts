import { expect, test } from "vitest";

import { ATTEMPT_LIFETIME_MS, attemptFor, dropAttempt } from "../src/attempt.ts";
import { emptyStorage } from "./storages.ts";

const MUG = { sku: "mug", quantity: 1 };
const KETTLE = { sku: "kettle", quantity: 1 };
const WANTED = { items: [MUG, KETTLE], currency: "usd" };
const NOW = 1_790_000_000_000;

test("a reload keeps the key", () => {
  const storage = emptyStorage();
  expect(attemptFor(storage, "card", WANTED, NOW)).toEqual(attemptFor(storage, "card", WANTED, NOW + 60_000));
});

test("the order in which things were put into the cart makes no other order", () => {
  const storage = emptyStorage();
  const turned = { ...WANTED, items: [KETTLE, MUG] };
  expect(attemptFor(storage, "card", turned, NOW).key).toBe(attemptFor(storage, "card", WANTED, NOW).key);
});

test.each([
  ["another quantity", { ...WANTED, items: [{ ...MUG, quantity: 2 }, KETTLE] }],
  ["a line less", { ...WANTED, items: [MUG] }],
  ["another currency", { ...WANTED, currency: "eur" }],
])("%s is another order", (_change, changed) => {
  const storage = emptyStorage();
  const before = attemptFor(storage, "card", WANTED, NOW).key;
  expect(attemptFor(storage, "card", changed, NOW).key).not.toBe(before);
});

test("the two ways to pay have keys of their own", () => {
  const storage = emptyStorage();
  expect(attemptFor(storage, "hosted", WANTED, NOW).key).not.toBe(attemptFor(storage, "card", WANTED, NOW).key);
});

test("a key is given up before Stripe forgets it", () => {
  const storage = emptyStorage();
  const before = attemptFor(storage, "card", WANTED, NOW).key;
  expect(attemptFor(storage, "card", WANTED, NOW + ATTEMPT_LIFETIME_MS).key).not.toBe(before);
});

test("after a purchase the same cart is a new order", () => {
  const storage = emptyStorage();
  const before = attemptFor(storage, "card", WANTED, NOW).key;
  dropAttempt(storage, "card");
  expect(attemptFor(storage, "card", WANTED, NOW).key).not.toBe(before);
});

test("a key cannot be guessed", () => {
  const keys = Array.from({ length: 100 }, () => attemptFor(emptyStorage(), "card", WANTED, NOW).key);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});
