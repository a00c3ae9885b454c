import { ask, type Config, type StreamAccess } from "./api.ts";
import type { Attempt } from "./attempt.ts";
import { buyerOrStranger } from "./buyer.ts";

export interface PaymentIntentAnswer {
  readonly order_id: string;
  readonly payment_intent_id: string;
  readonly client_secret: string;
  readonly publishable_key: string;
  readonly amount: number;
  readonly currency: string;
  /** Stripe's. */
  readonly status: string;
  readonly stream: StreamAccess;
}

export interface CheckoutSessionAnswer {
  readonly order_id: string;
  readonly checkout_session_id: string;
  readonly url: string;
  readonly stream: StreamAccess;
}

/** The payment of this attempt: made at the first call, the same at every later one. */
export async function createPaymentIntent(config: Config, attempt: Attempt): Promise<PaymentIntentAnswer> {
  return (await post(config, "/v1/payment-intents", attempt, attempt.wanted)) as PaymentIntentAnswer;
}

/** The page at Stripe on which this attempt can be paid. */
export async function createCheckoutSession(config: Config, attempt: Attempt): Promise<CheckoutSessionAnswer> {
  const body = {
    ...attempt.wanted,
    success_url: `${location.origin}/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${location.origin}/cancelled`,
  };
  return (await post(config, "/v1/checkout-sessions", attempt, body)) as CheckoutSessionAnswer;
}

/** Ask under the attempt's key; an order of a customer's is placed with that customer's token. */
async function post(config: Config, path: string, { key, wanted }: Attempt, body: unknown): Promise<unknown> {
  const who = wanted.customer ? await buyerOrStranger() : null;
  const bearer = who?.token ?? config.publishableKey;
  return await ask(config.intentApiUrl + path, { method: "POST", bearer, key, body });
}
