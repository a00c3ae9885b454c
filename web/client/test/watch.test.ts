import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { OPENING_PATIENCE_MS, PATIENCE_MS } from "../src/connection.js";
import type { Order, OrderStatus, Subscription } from "../src/frames.js";
import {
  STABLE_AFTER_MS,
  type StreamError,
  type StreamState,
  type Watch,
  watchOrder,
  watchSubscription,
} from "../src/watch.js";
import { FakeSocket } from "./fake-socket.js";

const LONGEST_PAUSE_MS = 30_000;
const AMOUNTS = { ordered: 1999, captured: 0, refunded: 0, disputed: 0 };

function order(version: number, status: OrderStatus = "pending"): Order {
  return {
    order_id: "ord_1",
    reference: null,
    version,
    status,
    previous_status: null,
    currency: "usd",
    amounts: AMOUNTS,
    flags: [],
    at: "2026-01-01T00:00:00Z",
  };
}

const snapshot = (version: number, status?: OrderStatus) => ({ type: "snapshot", ...order(version, status) });
const status = (version: number, to?: OrderStatus) => ({ type: "status", ...order(version, to) });
const error = (code: string) => ({ type: "error", code, detail: "Do this." });

let versions: number[];
let states: StreamState[];
let errors: StreamError[];
let page: EventTarget;
let watch: Watch | undefined;

function start(options: { afterVersion?: number; refreshToken?: () => Promise<string> } = {}): Watch {
  watch = watchOrder({
    url: "ws://shop.example/v1/stream",
    token: "first-token",
    onStatus: (told) => versions.push(told.version),
    onState: (state) => states.push(state),
    onError: (told) => errors.push(told),
    ...options,
  });
  return watch;
}

function subscribed(socket = FakeSocket.last): unknown {
  return JSON.parse(socket.sent[0] ?? "null");
}

async function reconnected(): Promise<FakeSocket> {
  await vi.advanceTimersToNextTimerAsync();
  return FakeSocket.last.accept();
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  page = new EventTarget();
  vi.stubGlobal("window", page);
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  FakeSocket.opened = [];
  [versions, states, errors] = [[], [], []];
});

afterEach(() => {
  watch?.close();
  vi.useRealTimers();
});

describe("a connection", () => {
  test("says which order it watches in its first frame", () => {
    start();
    FakeSocket.last.accept();
    expect(subscribed()).toEqual({ type: "subscribe", token: "first-token", after_version: 0 });
  });

  test("is live with the snapshot and reports it and each newer version", () => {
    const stream = start();
    expect(stream.state).toBe("connecting");
    FakeSocket.last.accept().say(snapshot(0)).say(status(1)).say(status(2, "paid"));
    expect(states).toEqual(["live"]);
    expect(versions).toEqual([0, 1, 2]);
  });

  test("passes over frames that are old, unknown or no JSON", () => {
    start();
    FakeSocket.last.accept().say(snapshot(3)).say(status(3)).say(status(2)).say("{").say({ type: "later" }).say("null");
    expect(versions).toEqual([3]);
  });

  test("reports nothing that the caller has seen before", () => {
    start({ afterVersion: 4 });
    FakeSocket.last.accept().say(snapshot(4)).say(status(5));
    expect(subscribed()).toMatchObject({ after_version: 4 });
    expect(versions).toEqual([5]);
  });

  test("is silent after close", () => {
    const stream = start();
    const socket = FakeSocket.last.accept();
    stream.close();
    socket.say(snapshot(1)).end(1000);
    vi.advanceTimersByTime(LONGEST_PAUSE_MS);
    expect(socket.closed).toBe(true);
    expect(states).toEqual(["closed"]);
    expect(versions).toEqual([]);
    expect(FakeSocket.opened).toHaveLength(1);
  });
});

describe("a lost connection", () => {
  test("is made again and resumes after the last version", async () => {
    start();
    FakeSocket.last.accept().say(snapshot(1)).end(1012);
    const socket = await reconnected();
    expect(subscribed()).toMatchObject({ after_version: 1 });
    socket.say(snapshot(1)).say(status(2));
    expect(states).toEqual(["live", "reconnecting", "live"]);
    expect(versions).toEqual([1, 2]);
  });

  test("is tried again ever more slowly, each time after a random pause", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    start();
    for (const pause of [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      const tried = FakeSocket.opened.length;
      FakeSocket.last.end(1006);
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(FakeSocket.opened).toHaveLength(tried);
      await vi.advanceTimersByTimeAsync(1);
      expect(FakeSocket.opened).toHaveLength(tried + 1);
    }
  });

  test("that had been stable is tried again soon, one that had not is not", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    start();
    for (const [lived, pause] of [
      [0, 500],
      [STABLE_AFTER_MS - 1, 1000],
      [STABLE_AFTER_MS, 500],
    ] as const) {
      FakeSocket.last.accept().say(snapshot(1));
      await vi.advanceTimersByTimeAsync(lived);
      const tried = FakeSocket.opened.length;
      FakeSocket.last.end(1012);
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(FakeSocket.opened).toHaveLength(tried);
      await vi.advanceTimersByTimeAsync(1);
      expect(FakeSocket.opened).toHaveLength(tried + 1);
    }
  });

  test("is noticed when nothing is heard while it opens", async () => {
    start();
    await vi.advanceTimersByTimeAsync(OPENING_PATIENCE_MS);
    expect(states).toEqual(["reconnecting"]);
    expect(FakeSocket.opened[0]?.closed).toBe(true);
  });

  test("is noticed when the heartbeats stay away", async () => {
    start();
    FakeSocket.last.accept().say(snapshot(1)).say({ type: "heartbeat", next_within_seconds: 5 });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(states).toEqual(["live"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(states).toEqual(["live", "reconnecting"]);
  });

  test("is noticed when the page wakes from a sleep that stopped its timers", () => {
    start();
    FakeSocket.last.accept().say(snapshot(1));
    vi.setSystemTime(Date.now() + PATIENCE_MS);
    page.dispatchEvent(new Event("online"));
    expect(FakeSocket.opened).toHaveLength(2);
  });

  test("is made again at once when the network is back, and only once", async () => {
    start();
    FakeSocket.last.end(1006);
    page.dispatchEvent(new Event("online"));
    expect(FakeSocket.opened).toHaveLength(2);
    FakeSocket.last.accept().say(snapshot(1));
    await vi.advanceTimersByTimeAsync(LONGEST_PAUSE_MS);
    expect(FakeSocket.opened).toHaveLength(2);
  });
});

describe("an error frame", () => {
  test.each(["token_invalid", "bad_frame", "token_expired"])("%s ends the stream", async (code) => {
    start();
    FakeSocket.last.accept().say(error(code)).end(4400);
    await vi.advanceTimersByTimeAsync(LONGEST_PAUSE_MS);
    expect(errors).toEqual([{ code, detail: "Do this.", final: true }]);
    expect(states).toEqual(["closed"]);
    expect(FakeSocket.opened).toHaveLength(1);
  });

  test("that was lost is known by its close code", () => {
    start();
    FakeSocket.last.accept().end(4403);
    expect(errors).toEqual([{ code: "token_invalid", detail: "", final: true }]);
  });

  test.each(["snapshot_unavailable", "something_new"])("%s is tried again", async (code) => {
    start();
    FakeSocket.last.accept().say(error(code)).end(1013);
    const socket = await reconnected();
    socket.end(1006);
    expect(errors).toEqual([{ code, detail: "Do this.", final: false }]);
    expect(FakeSocket.opened).toHaveLength(2);
  });
});

describe("an expired token", () => {
  test("is replaced by a fresh one", async () => {
    start({ refreshToken: () => Promise.resolve("second-token") });
    FakeSocket.last.accept().say(snapshot(2)).say(error("token_expired")).end(4401);
    await reconnected();
    expect(subscribed()).toEqual({ type: "subscribe", token: "second-token", after_version: 2 });
    expect(errors).toEqual([{ code: "token_expired", detail: "Do this.", final: false }]);
  });

  test("is asked for again when that fails", async () => {
    const refreshToken = vi.fn().mockRejectedValueOnce(new Error("offline")).mockResolvedValue("second-token");
    start({ refreshToken });
    FakeSocket.last.accept().end(4401);
    await vi.advanceTimersToNextTimerAsync();
    await reconnected();
    expect(refreshToken).toHaveBeenCalledTimes(2);
    expect(errors.map((told) => told.code)).toEqual(["token_expired", "token_refresh_failed"]);
    expect(subscribed()).toMatchObject({ token: "second-token" });
  });

  test("is not waited for after close, nor asked for twice when the network comes back meanwhile", async () => {
    let answer: (token: string) => void = () => undefined;
    const refreshToken = vi.fn(() => new Promise<string>((resolve) => (answer = resolve)));
    const stream = start({ refreshToken });
    FakeSocket.last.accept().end(4401);
    await vi.advanceTimersByTimeAsync(LONGEST_PAUSE_MS);
    page.dispatchEvent(new Event("online"));
    stream.close();
    answer("second-token");
    await vi.advanceTimersByTimeAsync(LONGEST_PAUSE_MS);
    expect(refreshToken).toHaveBeenCalledTimes(1);
    expect(FakeSocket.opened).toHaveLength(1);
  });
});

describe("a subscription", () => {
  const subscription = (version: number, status = "active") => ({ subscription_id: "subs_1", version, status });

  test("is watched like an order, by a token of its own", async () => {
    const told: Subscription[] = [];
    watch = watchSubscription({
      url: "ws://shop.example/v1/stream",
      token: "subscription-token",
      onStatus: (newer) => told.push(newer),
      onState: (state) => states.push(state),
    });
    FakeSocket.last.accept().say({ type: "snapshot", ...subscription(0, "incomplete") });
    FakeSocket.last.say({ type: "status", ...subscription(1) }).end(1012);
    const socket = await reconnected();
    expect(subscribed()).toEqual({ type: "subscribe", token: "subscription-token", after_version: 1 });
    socket.say({ type: "snapshot", ...subscription(1) }).say({ type: "status", ...subscription(2, "canceled") });
    expect(told.map(({ version, status }) => [version, status])).toEqual([
      [0, "incomplete"],
      [1, "active"],
      [2, "canceled"],
    ]);
    expect(states).toEqual(["live", "reconnecting", "live"]);
  });

  test("is not taken for an order", () => {
    start();
    FakeSocket.last.accept().say({ type: "snapshot", ...subscription(1) });
    expect(versions).toEqual([]);
    expect(states).toEqual([]);
  });
});

test("outside a browser it needs no window", () => {
  vi.stubGlobal("window", undefined);
  start();
  FakeSocket.last.accept().say(snapshot(1));
  expect(versions).toEqual([1]);
});
