import type { PaidOnce } from "./purchase.ts";

/** What Stripe put into the address when it sent the buyer back. */
export interface Returned {
  /** How it may have been paid. */
  readonly ways: readonly PaidOnce[];
  /** The PaymentIntent's id, or the Checkout Session's. */
  readonly id: string;
  /** Stripe said that the payment was not made; it is a word in an address, so it only chooses our sentence. */
  readonly refused: boolean;
}

/** Read the address, null if it names no payment. */
export function readReturn(search: string): Returned | null {
  const said = new URLSearchParams(search);
  const session = said.get("session_id");
  if (session) return { ways: ["hosted"], id: session, refused: false };
  const intent = said.get("payment_intent");
  if (intent) return { ways: ["card", "saved"], id: intent, refused: said.get("redirect_status") === "failed" };
  return null;
}

const SECRETS = ["payment_intent_client_secret", "setup_intent_client_secret"];

/** Read this page's address and take the client secret out of it, so that it is in no history and no shared link. */
export function returnedFromStripe(): Returned | null {
  const address = new URL(location.href);
  for (const secret of SECRETS) address.searchParams.delete(secret);
  history.replaceState(null, "", address);
  return readReturn(address.search);
}
