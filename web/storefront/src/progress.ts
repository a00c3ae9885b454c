import type { OrderStatus } from "@tillstream/client";

export type StepState = "done" | "current" | "todo" | "failed";

/** An order's way as a buyer sees it: a headline, a sentence, and how far the three steps are. */
export interface Progress {
  readonly outcome: "waiting" | "bought" | "failed";
  readonly headline: string;
  readonly sentence: string;
  readonly steps: { readonly received: StepState; readonly processing: StepState; readonly paid: StepState };
}

/** What is known of an order: what Stripe said when it sent the buyer back, and what the stream has told since. */
export interface Known {
  readonly refused: boolean;
  readonly status?: OrderStatus;
  readonly previousStatus?: OrderStatus | null;
}

const WAITING: Progress = {
  outcome: "waiting",
  headline: "Thank you, we have your order",
  sentence: "Your payment is being confirmed. This usually takes a moment; the page follows by itself.",
  steps: { received: "done", processing: "current", paid: "todo" },
};

const PROCESSING: Progress = {
  ...WAITING,
  outcome: "bought",
  sentence: "Your bank is working on the payment. You may close this page; the order is safe with us.",
};

const PAID: Progress = {
  outcome: "bought",
  headline: "Thank you, it is paid",
  sentence: "Your payment has arrived, and we are packing your order.",
  steps: { received: "done", processing: "done", paid: "done" },
};

const REFUSED: Progress = {
  outcome: "failed",
  headline: "The payment did not go through",
  sentence: "Nothing was charged and your cart is as it was. You can try again or use another card.",
  steps: { received: "done", processing: "failed", paid: "todo" },
};

const BY_STATUS: Readonly<Record<OrderStatus, Progress>> = {
  pending: WAITING,
  requires_action: WAITING,
  payment_failed: WAITING,
  processing: PROCESSING,
  authorized: {
    ...PAID,
    headline: "Thank you, your card is good",
    sentence: "The amount is reserved on your card and charged when we ship.",
    steps: { received: "done", processing: "done", paid: "todo" },
  },
  paid: PAID,
  canceled: { ...REFUSED, headline: "This order was cancelled", sentence: "Nothing was charged." },
  expired: { ...REFUSED, headline: "This order has expired", sentence: "Nothing was charged. You can order again." },
  partially_refunded: { ...PAID, sentence: "Part of your payment has been refunded." },
  refunded: { ...PAID, headline: "Your order was refunded", sentence: "The money is on its way back to you." },
  disputed: { ...PAID, sentence: "Your bank is looking into this payment." },
  dispute_lost: {
    ...PAID,
    headline: "Your bank took this payment back",
    sentence: "The money has been returned to you.",
  },
};

/**
 * The order's way so far. A failed attempt followed by a good one may still read `payment_failed` here for a moment:
 * it counts as a failure only if Stripe said so to the browser, or if the bank refused after processing.
 */
export function progressOf({ refused, status = "pending", previousStatus }: Known): Progress {
  const progress = BY_STATUS[status];
  if (progress === WAITING && refused) return REFUSED;
  if (status === "payment_failed" && previousStatus === "processing") return REFUSED;
  return progress;
}
