import type { Subscription } from "@tillstream/client";

import type { Words } from "./words/en.ts";

/** How a subscription stands, as its buyer is told. */
export type Standing = keyof Words["subscription"]["states"];

/** `waiting` until the server has heard of it; `ending` while a cancelled one still runs. */
export function standing(told: Subscription | undefined): Standing {
  if (!told || told.version === 0) return "waiting";
  const runs = told.status === "active" || told.status === "trialing";
  return runs && told.cancel_at_period_end ? "ending" : told.status;
}
