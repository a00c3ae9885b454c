import { Badge } from "./badge.tsx";
import { words } from "./language.ts";
import { standing } from "./standing.ts";
import { useShop } from "./shop.ts";
import type { Subscribed } from "./subscribing.ts";
import { useSubscription } from "./use-subscription.ts";

/** One subscription in a list, as it stands right now. */
export function SubscriptionLine({ subscribed }: { subscribed: Subscribed }) {
  const { catalog } = useShop();
  const { told } = useSubscription(subscribed);
  const [line] = subscribed.attempt.wanted.items;
  const state = standing(told);
  return (
    <li>
      <a href={`/subscriptions/${subscribed.answer.subscription_id}`}>
        {catalog.products.find(({ sku }) => sku === line?.sku)?.name ?? words().subscription.title}
      </a>
      <Badge status={state}>{words().subscription.states[state]}</Badge>
    </li>
  );
}
