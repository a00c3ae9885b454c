import { watchSubscription, type Subscription } from "@tillstream/client";

import { isYoung } from "./attempt.ts";
import { useShop } from "./shop.ts";
import { resubscribed, type Subscribed } from "./subscribing.ts";
import { useStream, type Followed } from "./use-stream.ts";

/** Follow a subscription. */
export function useSubscription(subscribed: Subscribed): Followed<Subscription> {
  const { config } = useShop();
  return useStream({
    access: subscribed.answer.stream,
    watch: watchSubscription,
    renew: isYoung(subscribed.attempt) ? async () => (await resubscribed(config, subscribed)).stream : undefined,
  });
}
