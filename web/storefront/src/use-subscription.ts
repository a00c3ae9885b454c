import { watchSubscription, type Subscription } from "@tillstream/client";

import { isRenewable, renewedStream } from "./renewing.ts";
import { useShop } from "./shop.ts";
import { resubscribed, type Subscribed } from "./subscribing.ts";
import { useStream, type Followed } from "./use-stream.ts";

/** Follow a subscription. */
export function useSubscription(subscribed: Subscribed): Followed<Subscription> {
  const { config } = useShop();
  const { attempt, answer } = subscribed;
  const id = answer.subscription_id;
  const askAgain = async () => (await resubscribed(config, subscribed)).stream;
  return useStream({
    access: answer.stream,
    watch: watchSubscription,
    renew: isRenewable(attempt) ? () => renewedStream(config, "subscriptions", id, attempt, askAgain) : undefined,
  });
}
