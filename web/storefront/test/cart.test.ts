import { expect, test } from "vitest";

import {
  CART_KEY,
  loadCart,
  MAX_QUANTITY,
  minus,
  plus,
  pieces,
  saveCart,
  withOneMore,
  without,
  withQuantity,
} from "../src/cart.ts";
import { priced, total } from "../src/catalog.ts";
import { emptyStorage } from "./storages.ts";

const MUG = { sku: "mug", name: "Mug", description: "", image: "mug", prices: { usd: 2400, jpy: 3600 } };
const CATALOG = { currencies: ["usd", "jpy"], products: [MUG] };

test("the same product twice is one line of two", () => {
  expect(withOneMore(withOneMore([], "mug"), "mug")).toEqual([{ sku: "mug", quantity: 2 }]);
});

test("a removed product leaves the others", () => {
  const cart = withOneMore(withOneMore([], "mug"), "kettle");
  expect(without(cart, "mug")).toEqual([{ sku: "kettle", quantity: 1 }]);
});

test.each([
  [0, 1],
  [-3, 1],
  [1e9, MAX_QUANTITY],
  [Number.NaN, 2],
  [1.5, 2],
])("asking for a quantity of %d gives %d", (asked, given) => {
  expect(pieces(withQuantity([{ sku: "mug", quantity: 2 }], "mug", asked))).toBe(given);
});

test("what was bought leaves the cart, what was added since stays", () => {
  const cart = [
    { sku: "mug", quantity: 3 },
    { sku: "kettle", quantity: 1 },
    { sku: "beans", quantity: 1 },
  ];
  expect(
    minus(cart, [
      { sku: "mug", quantity: 2 },
      { sku: "kettle", quantity: 1 },
    ]),
  ).toEqual([
    { sku: "mug", quantity: 1 },
    { sku: "beans", quantity: 1 },
  ]);
});

test("a kept cart is found again", () => {
  const storage = emptyStorage();
  saveCart(storage, [{ sku: "mug", quantity: 2 }]);
  expect(loadCart(storage)).toEqual([{ sku: "mug", quantity: 2 }]);
});

test.each(["", "no JSON", "null", "{}", '["mug", {"sku": 1}, {"sku": "mug", "quantity": -1}]'])(
  "a kept cart that reads %j is an empty one",
  (text) => {
    const storage = emptyStorage();
    storage.setItem(CART_KEY, text);
    expect(loadCart(storage)).toEqual([]);
  },
);

test("lines cost their quantity in the chosen currency", () => {
  expect(total(priced([{ sku: "mug", quantity: 3 }], CATALOG, "usd"))).toBe(7200);
  expect(total(priced([{ sku: "mug", quantity: 3 }], CATALOG, "jpy"))).toBe(10800);
});

test("what the shop does not sell is not in the sum", () => {
  expect(priced([{ sku: "gone", quantity: 1 }], CATALOG, "usd")).toEqual([]);
  expect(priced([{ sku: "mug", quantity: 1 }], CATALOG, "eur")).toEqual([]);
});

test("what was not bought after all comes back", () => {
  const cart = [{ sku: "mug", quantity: 1 }];
  const returned = [
    { sku: "mug", quantity: 2 },
    { sku: "beans", quantity: 1 },
  ];
  expect(plus(cart, returned)).toEqual([
    { sku: "mug", quantity: 3 },
    { sku: "beans", quantity: 1 },
  ]);
  expect(plus([], returned)).toEqual(returned);
});
