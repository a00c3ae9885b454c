import { watchOrder, type OrderStatus, type StreamError, type StreamState } from "@tillstream/client";
import { useEffect, useState } from "preact/hooks";

import { renewed, type Purchase } from "./purchase.ts";
import { useShop } from "./shop.ts";
import { words } from "./language.ts";

/** What the stream has told of an order, and what keeps it from telling more. */
export interface WatchedOrder {
  readonly status?: OrderStatus;
  readonly previousStatus?: OrderStatus | null;
  /** What the order costs, in minor units, once the server has heard of it. */
  readonly ordered?: number | null;
  readonly interrupted: string | null;
}

/** Follow the order's stream for as long as the page is shown, through lost connections and expired tokens. */
export function useOrder(id: string, purchase: Purchase): WatchedOrder {
  const { config } = useShop();
  const [order, setOrder] = useState<Omit<WatchedOrder, "interrupted">>({});
  const [interrupted, setInterrupted] = useState<string | null>(null);
  useEffect(() => {
    const watch = watchOrder({
      ...purchase.stream,
      onStatus: ({ status, previous_status, version, amounts }) => {
        setOrder({ status, previousStatus: previous_status, ordered: version > 0 ? amounts.ordered : null });
      },
      onState: (state) => {
        setInterrupted(interruption(state));
      },
      onError: ({ final }: StreamError) => {
        if (final) setInterrupted(words().order.ended);
      },
      refreshToken: async () => (await renewed(config, id, purchase)).stream.token,
    });
    return () => {
      watch.close();
    };
  }, [config, id, purchase]);
  return { ...order, interrupted };
}

function interruption(state: StreamState): string | null {
  if (state === "reconnecting") return words().order.interrupted;
  return state === "closed" ? words().order.ended : null;
}
