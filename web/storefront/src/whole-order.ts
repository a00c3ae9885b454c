import { ask, type Config, type StreamAccess } from "./api.ts";
import type { OrderStatus } from "@tillstream/client";
import type { Words } from "./words/en.ts";

export interface Refund {
  readonly refund_id: string;
  readonly status: keyof Words["orders"]["refund"];
  readonly currency: string;
  readonly amount: number;
  readonly reason: string | null;
  readonly failure_reason: string | null;
  readonly created_at: string;
}

export interface Dispute {
  readonly dispute_id: string;
  readonly status: keyof Words["desk"]["dispute"];
  readonly currency: string;
  readonly amount: number;
  readonly reason: string | null;
  readonly funds_withdrawn: boolean;
  readonly created_at: string;
  /** Until when evidence counts. */
  readonly respond_by: string | null;
}

export interface Payment {
  readonly payment_intent_id: string;
  readonly status: keyof Words["desk"]["payment"];
  readonly currency: string;
  readonly amount: number;
  readonly captured: number;
  readonly error: string | null;
}

/** One line of the timeline: what an event did to the order. */
export interface TimelineLine {
  readonly event_type: string | null;
  readonly outcome: keyof Words["desk"]["outcome"];
  readonly reason: string;
  readonly recorded_at: string;
  readonly version: number | null;
}

/** An order as order-service lists it, in minor units. */
export interface ListedOrder {
  readonly order_id: string;
  readonly reference: string | null;
  readonly status: OrderStatus;
  readonly currency: string;
  readonly amount: number;
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly flags: readonly string[];
  readonly created_at: string;
}

export interface WholeOrder extends ListedOrder {
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly disputes: readonly Dispute[];
  readonly timeline: readonly TimelineLine[];
}

/** The order with all that belongs to it, for whoever may watch its stream. */
export async function fetchWholeOrder(config: Config, orderId: string, { token }: StreamAccess): Promise<WholeOrder> {
  return (await ask(`${config.orderServiceUrl}/v1/orders/${orderId}`, { bearer: token })) as WholeOrder;
}
