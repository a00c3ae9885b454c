import type { Subscription } from "@tillstream/client";
import { useState } from "preact/hooks";

import { told as toldOf } from "./api.ts";
import { words } from "./language.ts";
import { Notice } from "./notice.tsx";
import { useShop } from "./shop.ts";
import { Stepper } from "./stepper.tsx";
import { changeQuantity, endNow, endWithPeriod } from "./subscribing.ts";

const CHANGEABLE: readonly string[] = ["trialing", "active", "past_due", "unpaid", "paused"];

/** What the buyer may change: how many, and when it ends. What comes of it arrives by the stream. */
export function SubscriptionChanges({ told }: { told: Subscription }) {
  const { config, catalog } = useShop();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  if (!CHANGEABLE.includes(told.status)) return null;

  const id = told.subscription_id;
  const act = async (change: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    await change().catch((error: unknown) => {
      setProblem(toldOf(error));
    });
    setBusy(false);
  };
  const button = (label: string, look: string, change: () => Promise<void>) => (
    <button
      type="button"
      class={look}
      disabled={busy}
      onClick={() => {
        void act(change);
      }}
    >
      {label}
    </button>
  );
  const [item] = told.items;
  const sku = item?.sku;
  return (
    <div class="changes">
      {problem && <Notice kind="problem">{problem}</Notice>}
      {item && sku && (
        <Stepper
          name={catalog.products.find((each) => each.sku === sku)?.name ?? words().subscription.quantity}
          quantity={item.quantity}
          change={(to) => {
            if (Number.isInteger(to) && to >= 1 && !busy) void act(() => changeQuantity(config, id, sku, to));
          }}
        />
      )}
      {told.cancel_at_period_end
        ? button(words().subscription.goOn, "button", () => endWithPeriod(config, id, false))
        : button(words().subscription.endLater, "button outline", () => endWithPeriod(config, id, true))}
      {button(words().subscription.endNow, "quiet", () => endNow(config, id))}
    </div>
  );
}
