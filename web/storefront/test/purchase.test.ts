import { beforeEach, expect, test, vi } from "vitest";

import { findPurchase, finish, payByCard, payHosted } from "../src/purchase.ts";
import { emptyStorage } from "./storages.ts";

const CONFIG = {
  publishableKey: "pk_1",
  intentApiUrl: "http://api.test",
  orderServiceUrl: "",
  stripeJsUrl: "",
  stripeApiUrl: "",
};
const WANTED = { items: [{ sku: "mug", quantity: 1 }], currency: "usd" };
const STREAM = { url: "ws://stream.test", token: "token" };

/** An intent-api that answers so, one answer after the other; what it was asked lands in `keys`. */
function intentApi(...answers: (() => Response | Error)[]): string[] {
  const keys: string[] = [];
  vi.stubGlobal("fetch", (_url: string, request: RequestInit) => {
    keys.push(new Headers(request.headers).get("Idempotency-Key") ?? "");
    const answer = (answers.length > 1 ? answers.shift() : answers[0])?.();
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new Error("no answer"));
  });
  return keys;
}

const placed = () => Response.json({ order_id: "ord_1", payment_intent_id: "pi_1", stream: STREAM });
const hosted = () => Response.json({ order_id: "ord_2", checkout_session_id: "cs_1", url: "u", stream: STREAM });
const refused = (status: number, code: string) => () => Response.json({ code, detail: "Do this." }, { status });
const unreachable = () => new TypeError("Failed to fetch");

beforeEach(() => {
  vi.stubGlobal("localStorage", emptyStorage());
  vi.stubGlobal("sessionStorage", emptyStorage());
  vi.stubGlobal("location", { origin: "http://shop.test" });
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  return () => vi.useRealTimers();
});

test.each([
  ["no answer", unreachable],
  ["a server that is not well", refused(503, "kafka_unavailable")],
  ["the same request still under way", refused(409, "request_in_progress")],
])("after %s the same key is sent again", async (_trouble, trouble) => {
  const keys = intentApi(trouble, trouble, placed);
  const answer = payByCard(CONFIG, WANTED);
  await vi.runAllTimersAsync();
  expect((await answer).order_id).toBe("ord_1");
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test("a refusal is told in the server's words and not repeated", async () => {
  const keys = intentApi(refused(422, "invalid_request"));
  await expect(payByCard(CONFIG, WANTED)).rejects.toMatchObject({ code: "invalid_request", message: "Do this." });
  expect(keys).toHaveLength(1);
});

test("where prices have changed the same cart is a new order", async () => {
  const keys = intentApi(refused(409, "idempotency_key_reused"), placed);
  await payByCard(CONFIG, WANTED);
  expect(keys).toHaveLength(2);
  expect(keys[0]).not.toBe(keys[1]);
});

test("a purchase is found again by the id that Stripe returns", async () => {
  intentApi(hosted);
  await payHosted(CONFIG, WANTED);
  expect(await findPurchase(CONFIG, ["hosted"], "cs_1")).toMatchObject({ orderId: "ord_2", stream: STREAM });
});

test("another tab asks for it under the same key", async () => {
  const keys = intentApi(placed);
  await payByCard(CONFIG, WANTED);
  vi.stubGlobal("sessionStorage", emptyStorage());
  expect(await findPurchase(CONFIG, ["card"], "pi_1")).toMatchObject({ orderId: "ord_1" });
  expect(new Set(keys).size).toBe(1);
});

test("an id of somebody else's is not found", async () => {
  intentApi(placed);
  await payByCard(CONFIG, WANTED);
  expect(await findPurchase(CONFIG, ["card"], "pi_other")).toBeNull();
});

test("a finished purchase is finished once, and the next one has another key", async () => {
  const keys = intentApi(placed);
  await payByCard(CONFIG, WANTED);
  const purchase = await findPurchase(CONFIG, ["card"], "pi_1");
  expect(purchase && finish(purchase)).toBe(true);
  expect(purchase && finish(purchase)).toBe(false);
  await payByCard(CONFIG, WANTED);
  expect(keys[0]).not.toBe(keys[1]);
});
