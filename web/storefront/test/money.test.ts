import { expect, test } from "vitest";

import { formatMoney, minorUnits } from "../src/money.ts";

test.each([
  [1999, "usd", "$19.99"],
  [5, "usd", "$0.05"],
  [0, "gbp", "£0.00"],
  [123456789, "eur", "€1,234,567.89"],
])("%i minor units of %s read %s", (amount, currency, text) => {
  expect(formatMoney(amount, currency, "en-US")).toBe(text);
});

test("a currency without minor units is not divided", () => {
  expect(formatMoney(3600, "jpy", "en-US")).toBe("¥3,600");
});

test("a currency of three digits is divided by a thousand", () => {
  expect(formatMoney(1500, "kwd", "en-US")).toMatch(/1\.500$/);
});

test("Stripe's exceptions to ISO 4217 are followed", () => {
  expect(formatMoney(50000, "isk", "en-US")).toMatch(/500$/);
  expect(formatMoney(500, "mga", "en-US")).toMatch(/500(\.00)?$/);
});

test("an amount too large for a float keeps every digit", () => {
  expect(formatMoney(900719925474099, "usd", "en-US")).toBe("$9,007,199,254,740.99");
});

test.each([
  ["5.00", "usd", 500],
  ["5", "usd", 500],
  ["5,5", "eur", 550],
  [" 80 ", "jpy", 80],
  ["1.5", "kwd", 1500],
])("%j typed for %s is %i minor units", (text, currency, amount) => {
  expect(minorUnits(text, currency)).toBe(amount);
});

test.each([
  ["", "usd"],
  ["0", "usd"],
  ["-5", "usd"],
  ["1e3", "usd"],
  ["5.001", "usd"],
  ["5.00", "jpy"],
  ["9999999999999", "usd"],
])("%j typed for %s is no amount", (text, currency) => {
  expect(minorUnits(text, currency)).toBeNull();
});
