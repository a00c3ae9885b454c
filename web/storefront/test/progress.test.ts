import { expect, test } from "vitest";

import { progressOf } from "../src/progress.ts";
import { readReturn } from "../src/returned.ts";

test("an order of which nothing is known yet is waited for", () => {
  expect(progressOf({ refused: false }).outcome).toBe("waiting");
});

test("a paid order is paid, whatever the address says", () => {
  expect(progressOf({ refused: true, status: "paid" }).steps.paid).toBe("done");
});

test("an earlier decline is no failure once Stripe has sent the buyer on", () => {
  expect(progressOf({ refused: false, status: "payment_failed", previousStatus: "pending" }).outcome).toBe("waiting");
});

test("a bank that refuses after processing is a failure", () => {
  expect(progressOf({ refused: false, status: "payment_failed", previousStatus: "processing" }).outcome).toBe("failed");
});

test.each(["pending", "requires_action", "payment_failed"] as const)(
  "3-D Secure that failed shows so at %s",
  (status) => {
    expect(progressOf({ refused: true, status }).outcome).toBe("failed");
  },
);

test("Stripe's return addresses are read", () => {
  const intent = "?payment_intent=pi_1&redirect_status=failed";
  expect(readReturn(intent)).toEqual({ ways: ["card", "saved"], id: "pi_1", refused: true });
  expect(readReturn("?payment_intent=pi_1&redirect_status=succeeded")?.refused).toBe(false);
  expect(readReturn("?session_id=cs_1")).toEqual({ ways: ["hosted"], id: "cs_1", refused: false });
  expect(readReturn("?nothing=here")).toBeNull();
});
