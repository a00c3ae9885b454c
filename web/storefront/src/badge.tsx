import type { ComponentChildren } from "preact";

type Tone = "good" | "waiting" | "bad" | "over";

/** How a status is to be taken, whatever it is of. */
const TONES: Readonly<Record<string, Tone | undefined>> = {
  paid: "good",
  succeeded: "good",
  won: "good",
  active: "good",
  trialing: "good",
  authorized: "good",
  partially_refunded: "good",
  payment_failed: "bad",
  failed: "bad",
  needs_response: "bad",
  lost: "bad",
  disputed: "bad",
  dispute_lost: "bad",
  past_due: "bad",
  unpaid: "bad",
  canceled: "over",
  expired: "over",
  refunded: "over",
  incomplete_expired: "over",
};

/** A status in a word, coloured by whether it is good. */
export function Badge({ status, children }: { status: string; children: ComponentChildren }) {
  return (
    <span class="badge" data-tone={TONES[status] ?? "waiting"}>
      {children}
    </span>
  );
}
