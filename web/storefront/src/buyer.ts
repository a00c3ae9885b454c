import { ask } from "./api.ts";

/** Who this browser is to the shop: a customer at Stripe, and what lets the browser act for it. */
export interface Buyer {
  readonly customerId: string;
  readonly token: string;
}

/** A token is let go of so long before it ends. */
const EARLY_MS = 60_000;

let asked: Promise<Buyer> | undefined;
let goodUntil = 0;

/** The buyer as the shop's own server knows them: asked for once, and again when the token is about to end. */
export function buyer(now = Date.now()): Promise<Buyer> {
  if (!asked || now >= goodUntil) {
    goodUntil = Infinity;
    asked = signIn();
    asked.catch(() => (asked = undefined));
  }
  return asked;
}

/** The buyer, null where the shop's server knows none: one can buy as a stranger too. */
export async function buyerOrStranger(): Promise<Buyer | null> {
  return await buyer().catch(() => null);
}

async function signIn(): Promise<Buyer> {
  const told = (await ask("/shop/session", { method: "POST", body: {} })) as Told;
  goodUntil = Date.parse(told.expires_at) - EARLY_MS;
  return { customerId: told.customer_id, token: told.token };
}

interface Told {
  readonly customer_id: string;
  readonly token: string;
  readonly expires_at: string;
}
