import { watchOrder, type Order } from "@tillstream/client";

import { renewed, type Purchase } from "./purchase.ts";
import { isRenewable, renewedStream } from "./renewing.ts";
import { useShop } from "./shop.ts";
import { useStream, type Followed } from "./use-stream.ts";

/** Follow an order. */
export function useOrder(id: string, purchase: Purchase): Followed<Order> {
  const { config } = useShop();
  const { attempt, orderId } = purchase;
  const askAgain = async () => (await renewed(config, id, purchase)).stream;
  return useStream({
    access: purchase.stream,
    watch: watchOrder,
    renew: isRenewable(attempt) ? () => renewedStream(config, "orders", orderId, attempt, askAgain) : undefined,
  });
}
