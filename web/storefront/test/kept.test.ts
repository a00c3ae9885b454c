import { beforeEach, expect, test, vi } from "vitest";

import { subscriptions } from "../src/kept.ts";
import type { Subscribed } from "../src/subscribing.ts";
import { emptyStorage } from "./storages.ts";

function subscribed(id: string, token = "token"): Subscribed {
  return {
    attempt: { key: "key", wanted: { items: [], currency: "usd" }, startedAt: 0 },
    answer: {
      subscription_id: id,
      client_secret: null,
      client_secret_for: null,
      publishable_key: "pk",
      stream: { url: "ws://stream.test", token },
    },
  };
}

const ids = () => subscriptions.all().map(({ answer }) => answer.subscription_id);

beforeEach(() => {
  vi.stubGlobal("localStorage", emptyStorage());
});

test("the newest is first", () => {
  for (const id of ["subs_1", "subs_2"]) subscriptions.keep(subscribed(id));
  expect(ids()).toEqual(["subs_2", "subs_1"]);
});

test("a fresh token takes the place of the old one", () => {
  for (const id of ["subs_1", "subs_2"]) subscriptions.keep(subscribed(id));
  subscriptions.keep(subscribed("subs_1", "fresh"));
  expect(ids()).toEqual(["subs_2", "subs_1"]);
  expect(subscriptions.find("subs_1")?.answer.stream.token).toBe("fresh");
});

test("no more are kept than can be looked through", () => {
  for (let at = 0; at < 30; at++) subscriptions.keep(subscribed(`subs_${at}`));
  expect(ids()).toHaveLength(20);
  expect(ids()[0]).toBe("subs_29");
});

test.each(["no JSON", "{}", "[null, 1, {}]"])("a list that reads %j is an empty one", (text) => {
  localStorage.setItem(subscriptions.key, text);
  expect(subscriptions.all()).toEqual([]);
});
