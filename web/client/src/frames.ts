/** What notifier sends, as `libs/contracts` declares it. */

export type OrderStatus =
  | "pending"
  | "requires_action"
  | "processing"
  | "authorized"
  | "paid"
  | "payment_failed"
  | "canceled"
  | "expired"
  | "partially_refunded"
  | "refunded"
  | "disputed"
  | "dispute_lost";

/** Money in the currency's smallest unit: 1999 is 19.99 USD and 1999 JPY. */
export interface Amounts {
  readonly ordered: number;
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
}

/** An order as it stands at `version`; version 0 means that nobody has told the server of it yet. */
export interface Order {
  readonly order_id: string;
  readonly reference: string | null;
  readonly version: number;
  readonly status: OrderStatus;
  readonly previous_status: OrderStatus | null;
  readonly currency: string | null;
  readonly amounts: Amounts;
  readonly flags: readonly string[];
  /** When it became so: ISO 8601, UTC. */
  readonly at: string;
}

export type SubscriptionStatus =
  "incomplete" | "incomplete_expired" | "trialing" | "active" | "past_due" | "unpaid" | "paused" | "canceled";

/** `nothing_due` is settled without money, as a trial's first invoice is. */
export type InvoiceStatus = "draft" | "open" | "uncollectible" | "void" | "nothing_due" | "paid";

export interface SubscriptionItem {
  readonly price_id: string;
  /** Which product of the catalogue it is; null for a price that was not made here. */
  readonly sku: string | null;
  readonly quantity: number;
  readonly unit_amount: number | null;
  /** `day`, `week`, `month` or `year`. */
  readonly interval: string;
  readonly interval_count: number;
}

export interface LatestInvoice {
  readonly invoice_id: string;
  readonly status: InvoiceStatus;
  readonly amount_due: number;
  readonly amount_paid: number;
  /** The customer has to do something, such as 3-D Secure, before it can be paid. */
  readonly needs_action: boolean;
}

/** A subscription as it stands at `version`; version 0 means that nobody has told the server of it yet. */
export interface Subscription {
  readonly subscription_id: string;
  readonly version: number;
  readonly status: SubscriptionStatus;
  readonly previous_status: SubscriptionStatus | null;
  readonly currency: string | null;
  readonly items: readonly SubscriptionItem[];
  readonly cancel_at_period_end: boolean;
  /** Times are ISO 8601, UTC. */
  readonly current_period_end: string | null;
  readonly trial_end: string | null;
  readonly latest_invoice: LatestInvoice | null;
  readonly flags: readonly string[];
  readonly at: string;
}

/** What a stream tells of: the token says which of them. */
export type Watched = Order | Subscription;

export type Frame =
  | ({ readonly type: "snapshot" | "status" } & Watched)
  | { readonly type: "heartbeat"; readonly next_within_seconds: number }
  | { readonly type: "error"; readonly code: string; readonly detail: string };

export function isOrder(told: Watched): told is Order {
  return "order_id" in told;
}

export function isSubscription(told: Watched): told is Subscription {
  return "subscription_id" in told;
}

/** A frame, or undefined for one that a newer server may send and this client does not know. */
export function readFrame(data: unknown): Frame | undefined {
  if (typeof data !== "string") return undefined;
  const told = parsed(data);
  return isFrame(told) ? told : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFrame(told: unknown): told is Frame {
  if (typeof told !== "object" || told === null || !("type" in told)) return false;
  switch (told.type) {
    case "snapshot":
    case "status":
      return "version" in told && Number.isSafeInteger(told.version) && "status" in told;
    case "heartbeat":
      return "next_within_seconds" in told && typeof told.next_within_seconds === "number";
    case "error":
      return "code" in told && typeof told.code === "string";
    default:
      return false;
  }
}
