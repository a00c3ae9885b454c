import type { Attempt } from "./attempt.ts";
import type { Catalog } from "./catalog.ts";
import { words } from "./language.ts";

export interface Config {
  readonly publishableKey: string;
  readonly intentApiUrl: string;
  readonly stripeJsUrl: string;
  readonly stripeApiUrl: string;
}

/** Where an order's status can be watched, and what opens that door. */
export interface StreamAccess {
  readonly url: string;
  readonly token: string;
}

export interface PaymentIntentAnswer {
  readonly order_id: string;
  readonly payment_intent_id: string;
  readonly client_secret: string;
  readonly publishable_key: string;
  readonly amount: number;
  readonly currency: string;
  readonly stream: StreamAccess;
}

export interface CheckoutSessionAnswer {
  readonly order_id: string;
  readonly checkout_session_id: string;
  readonly url: string;
  readonly stream: StreamAccess;
}

/** A refusal by the server (RFC 9457), or no answer at all; `message` is a sentence for the buyer. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
  ) {
    super(message);
  }

  /** Whether the same request may succeed in a moment. */
  get mayPass(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === "request_in_progress";
  }
}

const TIMEOUT_MS = 15_000;
const RETRY_PAUSES_MS: readonly number[] = [400, 1600];

export async function fetchConfig(): Promise<Config> {
  return (await answerOf("/config.json", {})) as Config;
}

export async function fetchCatalog(config: Config): Promise<Catalog> {
  const headers = { Authorization: `Bearer ${config.publishableKey}` };
  const { products } = (await answerOf(`${config.intentApiUrl}/v1/catalog`, { headers })) as Pick<Catalog, "products">;
  const sold = products.filter(({ plan }) => !plan);
  return { products: sold, currencies: [...new Set(sold.flatMap(({ prices }) => Object.keys(prices)))] };
}

/** The payment of this attempt: made at the first call, the same at every later one. */
export async function createPaymentIntent(config: Config, attempt: Attempt): Promise<PaymentIntentAnswer> {
  return (await post(config, "/v1/payment-intents", attempt.key, attempt.wanted)) as PaymentIntentAnswer;
}

/** The page at Stripe on which this attempt can be paid. */
export async function createCheckoutSession(config: Config, attempt: Attempt): Promise<CheckoutSessionAnswer> {
  const body = {
    ...attempt.wanted,
    success_url: `${location.origin}/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${location.origin}/cancelled`,
  };
  return (await post(config, "/v1/checkout-sessions", attempt.key, body)) as CheckoutSessionAnswer;
}

/** Post until there is an answer: the Idempotency-Key makes it safe to ask again when none came. */
async function post(config: Config, path: string, key: string, body: unknown): Promise<unknown> {
  const request = {
    method: "POST",
    headers: {
      Authorization: `Bearer ${config.publishableKey}`,
      "Content-Type": "application/json",
      "Idempotency-Key": key,
    },
    body: JSON.stringify(body),
  };
  for (const pause of RETRY_PAUSES_MS) {
    try {
      return await answerOf(config.intentApiUrl + path, request);
    } catch (error) {
      if (!(error instanceof Problem) || !error.mayPass) throw error;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
  return await answerOf(config.intentApiUrl + path, request);
}

async function answerOf(url: string, request: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Problem("unreachable", words().shop.unreachable);
  }
  const body = (await response.json().catch(() => null)) as { code?: string; detail?: string } | null;
  if (response.ok && body) return body;
  throw new Problem(body?.code ?? "unreadable", body?.detail ?? words().shop.unreachable, response.status);
}
