import { ask } from "./api.ts";
import { randomKey } from "./attempt.ts";
import type { ListedOrder, WholeOrder } from "./whole-order.ts";

/** What the staff can have done to an order. */
export type Change = "refunds" | "capture" | "cancel";

/** The newest orders of the shop, as its own server passes them on. */
export async function fetchOrders(): Promise<readonly ListedOrder[]> {
  return ((await ask("/shop/orders")) as { orders: ListedOrder[] }).orders;
}

/** One order with all that belongs to it. */
export async function fetchOrder(orderId: string): Promise<WholeOrder> {
  return (await ask(`/shop/orders/${orderId}`)) as WholeOrder;
}

/** Ask for a change under a key of its own; that it came about shows in the order. */
export async function change(orderId: string, what: Change, body: object): Promise<void> {
  await ask(`/shop/orders/${orderId}/${what}`, { method: "POST", key: randomKey(), body });
}
