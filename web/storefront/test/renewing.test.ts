import { beforeEach, expect, test, vi } from "vitest";

import { ATTEMPT_LIFETIME_MS } from "../src/attempt.ts";
import { isRenewable, renewedStream } from "../src/renewing.ts";

const CONFIG = {
  publishableKey: "pk_1",
  intentApiUrl: "http://api.test",
  orderServiceUrl: "",
  stripeJsUrl: "",
  stripeApiUrl: "",
};
const ITEMS = [{ sku: "mug", quantity: 1 }];
const AGAIN = { url: "ws://stream.test", token: "asked again" };
const AS_CUSTOMER = { url: "ws://stream.test", token: "as the customer" };

const attempt = (age: number, customer?: string) => ({
  key: "key",
  wanted: { items: ITEMS, currency: "usd", ...(customer && { customer }) },
  startedAt: Date.now() - age,
});
const OLD = ATTEMPT_LIFETIME_MS + 1;
let asked: string[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (url: string, request: RequestInit) => {
    asked.push(`${url} ${new Headers(request.headers).get("Authorization") ?? "nobody"}`);
    const session = { customer_id: "cus_1", token: "ct", expires_at: new Date(Date.now() + 1e6).toISOString() };
    return Promise.resolve(Response.json(url === "/shop/session" ? session : { stream: AS_CUSTOMER }));
  });
});

test("a young purchase is asked for again", async () => {
  const stream = await renewedStream(CONFIG, "orders", "ord_1", attempt(0, "cus_1"), () => Promise.resolve(AGAIN));
  expect(stream).toEqual(AGAIN);
  expect(asked).toEqual([]);
});

test("an old purchase is never asked for again: it would be another order", async () => {
  const again = vi.fn(() => Promise.resolve(AGAIN));
  const stream = await renewedStream(CONFIG, "orders", "ord_1", attempt(OLD, "cus_1"), again);
  expect(stream).toEqual(AS_CUSTOMER);
  expect(again).not.toHaveBeenCalled();
  expect(asked.at(-1)).toBe("http://api.test/v1/orders/ord_1/stream-tokens Bearer ct");
});

test("a purchase that cannot be asked for again is watched as its customer", async () => {
  const refused = () => Promise.reject(new Error("no"));
  const stream = await renewedStream(CONFIG, "subscriptions", "subs_1", attempt(0, "cus_1"), refused);
  expect(stream).toEqual(AS_CUSTOMER);
  expect(asked.at(-1)).toBe("http://api.test/v1/subscriptions/subs_1/stream-tokens Bearer ct");
});

test("a stranger's old purchase has no way to another token", async () => {
  const again = vi.fn(() => Promise.resolve(AGAIN));
  expect([isRenewable(attempt(OLD)), isRenewable(attempt(0)), isRenewable(attempt(OLD, "cus_1"))]).toEqual([
    false,
    true,
    true,
  ]);
  await expect(renewedStream(CONFIG, "orders", "ord_1", attempt(OLD), again)).rejects.toThrow();
  expect(again).not.toHaveBeenCalled();
});
