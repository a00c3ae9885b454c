import type { LatestInvoice, Subscription } from "@tillstream/client";

import type { Words } from "./words/en.ts";

/** How a subscription stands, as its buyer is told. */
export type Standing = keyof Words["subscription"]["states"];

/** `waiting` until the server has heard of it; `ending` while a cancelled one still runs. */
export function standing(told: Subscription | undefined): Standing {
  if (!told || told.version === 0) return "waiting";
  const runs = told.status === "active" || told.status === "trialing";
  return runs && told.cancel_at_period_end ? "ending" : told.status;
}

const PAYABLE: readonly string[] = ["trialing", "active", "past_due", "unpaid"];
const OVERDUE: readonly string[] = ["past_due", "unpaid"];

/** The invoice that it is the buyer's turn to pay, null if they need not do anything. */
export function dueInvoice({ status, latest_invoice: invoice }: Subscription): LatestInvoice | null {
  const waits = invoice?.status === "open" && PAYABLE.includes(status);
  return waits && (invoice.needs_action || OVERDUE.includes(status)) ? invoice : null;
}
