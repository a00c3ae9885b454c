import type { OrderStatus } from "@tillstream/client";

import { words } from "./language.ts";
import type { Words } from "./words/en.ts";

export type StepState = "done" | "current" | "todo" | "failed";

/** An order's way as a buyer sees it: a headline, a sentence, and how far the three steps are. */
export interface Progress extends Way {
  readonly headline: string;
  readonly sentence: string;
}

/** What is known of an order: what Stripe said when it sent the buyer back, and what the stream has told since. */
export interface Known {
  readonly refused: boolean;
  readonly status?: OrderStatus;
  readonly previousStatus?: OrderStatus | null;
}

interface Way {
  readonly outcome: "waiting" | "bought" | "failed";
  readonly steps: { readonly received: StepState; readonly processing: StepState; readonly paid: StepState };
}

type Told = keyof Words["progress"];

const WAITING: Way = {
  outcome: "waiting",
  steps: { received: "done", processing: "current", paid: "todo" },
};
const PAID: Way = {
  outcome: "bought",
  steps: { received: "done", processing: "done", paid: "done" },
};
const REFUSED: Way = {
  outcome: "failed",
  steps: { received: "done", processing: "failed", paid: "todo" },
};

const WAYS: Readonly<Record<Told, Way>> = {
  waiting: WAITING,
  processing: { ...WAITING, outcome: "bought" },
  authorized: { ...PAID, steps: { received: "done", processing: "done", paid: "todo" } },
  paid: PAID,
  refused: REFUSED,
  canceled: REFUSED,
  expired: REFUSED,
  partially_refunded: PAID,
  refunded: PAID,
  disputed: PAID,
  dispute_lost: PAID,
};

const WAITED_FOR: readonly OrderStatus[] = ["pending", "requires_action", "payment_failed"];

/** The order's way so far. */
export function progressOf(known: Known): Progress {
  const told = tell(known);
  return { ...WAYS[told], ...words().progress[told] };
}

/**
 * What to tell the buyer. A failed attempt followed by a good one may still read `payment_failed` here for a moment:
 * it counts as a failure only if Stripe said so to the browser, or if the bank refused after processing.
 */
function tell({ refused, status = "pending", previousStatus }: Known): Told {
  if (!isWaitedFor(status)) return status;
  if (refused || (status === "payment_failed" && previousStatus === "processing")) return "refused";
  return "waiting";
}

function isWaitedFor(status: OrderStatus): status is "pending" | "requires_action" | "payment_failed" {
  return WAITED_FOR.includes(status);
}
