import { ask, type Config, type StreamAccess } from "./api.ts";
import { randomKey, type Attempt, type Wanted } from "./attempt.ts";
import { buyer } from "./buyer.ts";
import { subscriptions } from "./kept.ts";
import { beginning } from "./purchase.ts";

export interface SubscriptionAnswer {
  readonly subscription_id: string;
  /** None where there is nothing to confirm. */
  readonly client_secret: string | null;
  readonly client_secret_for: "payment" | "setup" | null;
  readonly publishable_key: string;
  readonly stream: StreamAccess;
}

/** The payment of an invoice that waits for its buyer. */
export interface DuePayment {
  readonly amount: number;
  readonly currency: string;
  /** Stripe's: with `requires_action` the bank asks, else a card is wanted. */
  readonly status: string;
  readonly client_secret: string;
  readonly publishable_key: string;
}

/** A subscription that this browser may watch, and the attempt that asks for it anew when its token has run out. */
export interface Subscribed {
  readonly attempt: Attempt;
  readonly answer: SubscriptionAnswer;
}

/** Subscribe this browser's customer: the same subscription however often it is asked for. */
export async function subscribe(config: Config, wanted: Wanted): Promise<SubscriptionAnswer> {
  const { customerId } = await buyer();
  return await beginning("plan", { ...wanted, customer: customerId }, (attempt) => begin(config, attempt));
}

/** The same subscription with a fresh token: the same attempt is the same subscription. */
export async function resubscribed(config: Config, { attempt }: Subscribed): Promise<SubscriptionAnswer> {
  return await begin(config, attempt);
}

/** Have so many of it from now on. */
export async function changeQuantity(config: Config, id: string, sku: string, quantity: number): Promise<void> {
  await change(config, id, "PATCH", "", { items: [{ sku, quantity }] });
}

/** Let it end with its period, or take that back. */
export async function endWithPeriod(config: Config, id: string, ends: boolean): Promise<void> {
  await change(config, id, "PATCH", "", { cancel_at_period_end: ends });
}

/** End it now. */
export async function endNow(config: Config, id: string): Promise<void> {
  await change(config, id, "POST", "/cancel", { at_period_end: false });
}

/** What its open invoice waits for. Raises Problem `nothing_to_pay` if there is none. */
export async function fetchDuePayment(config: Config, id: string): Promise<DuePayment> {
  const { token } = await buyer();
  return (await ask(`${config.intentApiUrl}/v1/subscriptions/${id}/payment`, { bearer: token })) as DuePayment;
}

async function change(config: Config, id: string, method: "PATCH" | "POST", path: string, body: object): Promise<void> {
  const { token } = await buyer();
  const url = `${config.intentApiUrl}/v1/subscriptions/${id}${path}`;
  await ask(url, { method, bearer: token, key: randomKey(), body });
}

async function begin(config: Config, attempt: Attempt): Promise<SubscriptionAnswer> {
  const { token } = await buyer();
  const url = `${config.intentApiUrl}/v1/subscriptions`;
  const asked = { method: "POST", bearer: token, key: attempt.key, body: attempt.wanted } as const;
  const answer = (await ask(url, asked)) as SubscriptionAnswer;
  subscriptions.keep({ attempt, answer });
  return answer;
}
