import { watchOrder, type Order } from "@tillstream/client";

import { isYoung } from "./attempt.ts";
import { renewed, type Purchase } from "./purchase.ts";
import { useShop } from "./shop.ts";
import { useStream, type Followed } from "./use-stream.ts";

/** Follow an order. */
export function useOrder(id: string, purchase: Purchase): Followed<Order> {
  const { config } = useShop();
  return useStream({
    access: purchase.stream,
    watch: watchOrder,
    renew: isYoung(purchase.attempt) ? async () => (await renewed(config, id, purchase)).stream : undefined,
  });
}
