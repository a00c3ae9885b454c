import { Problem, type Config, type StreamAccess } from "./api.ts";
import { attemptFor, dropAttempt, isYoung, keptAttempt, type Attempt, type Wanted, type Way } from "./attempt.ts";
import {
  createCheckoutSession,
  createPaymentIntent,
  type CheckoutSessionAnswer,
  type PaymentIntentAnswer,
} from "./placing.ts";
import { readStored, writeStored } from "./storage.ts";

export type PaidOnce = Exclude<Way, "plan">;

/** An order that this browser may watch, and the attempt that asks for it anew when its token has run out. */
export interface Purchase {
  readonly orderId: string;
  readonly way: PaidOnce;
  readonly attempt: Attempt;
  readonly stream: StreamAccess;
}

/** The payment for this cart, the same one however often it is asked for. */
export function payByCard(config: Config, wanted: Wanted): Promise<PaymentIntentAnswer> {
  return beginning("card", wanted, (attempt) => beginCard(config, attempt));
}

/** The same, charged to a saved card at once. A declined card raises a Problem with the payment in its facts. */
export function paySaved(config: Config, wanted: Wanted): Promise<PaymentIntentAnswer> {
  return beginning("saved", wanted, (attempt) => beginSaved(config, attempt));
}

/** The page at Stripe for this cart, the same one however often it is asked for. */
export function payHosted(config: Config, wanted: Wanted): Promise<CheckoutSessionAnswer> {
  return beginning("hosted", wanted, (attempt) => beginHosted(config, attempt));
}

/** Begin under the cart's kept key; where a price has changed since, the same cart is a new order. */
export async function beginning<Answer>(way: Way, wanted: Wanted, begin: (attempt: Attempt) => Promise<Answer>) {
  const attempt = attemptFor(localStorage, way, wanted, Date.now());
  try {
    return await begin(attempt);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "idempotency_key_reused") throw error;
    dropAttempt(localStorage, way);
    return await begin(attemptFor(localStorage, way, wanted, Date.now()));
  }
}

async function beginCard(config: Config, attempt: Attempt): Promise<PaymentIntentAnswer> {
  const answer = await createPaymentIntent(config, attempt);
  keep(answer.payment_intent_id, { orderId: answer.order_id, way: "card", attempt, stream: answer.stream });
  return answer;
}

async function beginSaved(config: Config, attempt: Attempt): Promise<PaymentIntentAnswer> {
  try {
    const answer = await createPaymentIntent(config, attempt);
    keep(answer.payment_intent_id, { orderId: answer.order_id, way: "saved", attempt, stream: answer.stream });
    return answer;
  } catch (error) {
    const placed = declinedPayment(error);
    if (placed)
      keep(placed.payment_intent_id, { orderId: placed.order_id, way: "saved", attempt, stream: placed.stream });
    throw error;
  }
}

/** The payment that a decline is about: its order exists, and another card may pay it. */
export function declinedPayment(error: unknown): PaymentIntentAnswer | null {
  const declined = error instanceof Problem && error.status === 402 && "client_secret" in error.facts;
  return declined ? (error.facts as unknown as PaymentIntentAnswer) : null;
}

async function beginHosted(config: Config, attempt: Attempt): Promise<CheckoutSessionAnswer> {
  const answer = await createCheckoutSession(config, attempt);
  keep(answer.checkout_session_id, { orderId: answer.order_id, way: "hosted", attempt, stream: answer.stream });
  return answer;
}

const BEGIN: Record<PaidOnce, (config: Config, attempt: Attempt) => Promise<unknown>> = {
  card: beginCard,
  saved: beginSaved,
  hosted: beginHosted,
};

/**
 * The purchase behind the id that Stripe put into the return address, null if this browser does not know it.
 * A bank's app may come back in a new tab, which has kept nothing: then the browser's last attempt is asked again.
 */
export async function findPurchase(config: Config, ways: readonly PaidOnce[], id: string): Promise<Purchase | null> {
  for (const way of ways) {
    const attempt = keptAttempt(localStorage, way);
    if (!kept(id) && attempt && isYoung(attempt)) await askAgain(config, way, attempt);
  }
  return kept(id);
}

/** The same purchase with a fresh token: the same attempt is the same order. */
export async function renewed(config: Config, id: string, purchase: Purchase): Promise<Purchase> {
  await askAgain(config, purchase.way, purchase.attempt);
  return kept(id) ?? purchase;
}

async function askAgain(config: Config, way: PaidOnce, attempt: Attempt): Promise<void> {
  await BEGIN[way](config, attempt).catch((error: unknown) => {
    if (!declinedPayment(error)) throw error; // the decline of a while ago, told again
  });
}

/** Let go of a purchase that is made. False if it was let go of before, as at a reload. */
export function finish({ way, attempt }: Purchase): boolean {
  if (keptAttempt(localStorage, way)?.key !== attempt.key) return false;
  dropAttempt(localStorage, way);
  return true;
}

function keep(id: string, purchase: Purchase): void {
  writeStored(sessionStorage, storageKey(id), purchase);
}

function kept(id: string): Purchase | null {
  return readStored(sessionStorage, storageKey(id)) as Purchase | null;
}

function storageKey(id: string): string {
  return `tillstream.purchase.${id}`;
}
