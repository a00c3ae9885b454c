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

export type Frame =
  | ({ readonly type: "snapshot" | "status" } & Order)
  | { readonly type: "heartbeat"; readonly next_within_seconds: number }
  | { readonly type: "error"; readonly code: string; readonly detail: string };

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
