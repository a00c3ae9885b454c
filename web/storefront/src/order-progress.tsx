import { useEffect } from "preact/hooks";

import { minus } from "./cart.ts";
import { priced, total } from "./catalog.ts";
import { formatMoney } from "./money.ts";
import { Notice } from "./notice.tsx";
import { Page } from "./page.tsx";
import { progressOf, type Progress, type StepState } from "./progress.ts";
import { finish, type Purchase } from "./purchase.ts";
import type { Returned } from "./returned.ts";
import { useShop } from "./shop.ts";
import { useOrder } from "./use-order.ts";

/** The order's three steps, following its stream. */
export function OrderProgress({ returned, purchase }: { returned: Returned; purchase: Purchase }) {
  const { setCart } = useShop();
  const order = useOrder(returned.id, purchase);
  const progress = progressOf({ refused: returned.refused, ...order });
  const bought = progress.outcome === "bought";
  useEffect(() => {
    if (bought && finish(purchase)) setCart((cart) => minus(cart, purchase.attempt.wanted.items));
  }, [bought, purchase, setCart]);

  return (
    <Page title={progress.headline} lead={progress.sentence} live>
      <div class="progress" data-status={order.status ?? "unknown"}>
        {order.interrupted && <Notice kind="waiting">{order.interrupted}</Notice>}
        <Steps progress={progress} />
        <Facts purchase={purchase} ordered={order.ordered} />
        <div class="actions">
          {progress.outcome === "failed" && (
            <a class="button" href="/checkout">
              Try again
            </a>
          )}
          {progress.outcome === "bought" && (
            <a class="button" href="/">
              Keep looking around
            </a>
          )}
        </div>
      </div>
    </Page>
  );
}

function Steps({ progress }: { progress: Progress }) {
  const { received, processing, paid } = progress.steps;
  return (
    <ol class="steps" aria-label="How far your order is">
      <Step number={1} name="Received" state={received} about="We have your order." />
      <Step number={2} name="Processing" state={processing} about="The bank confirms the payment." />
      <Step number={3} name="Paid" state={paid} about="The payment is on our books." />
    </ol>
  );
}

const STATE_WORDS: Record<StepState, string> = {
  done: "done",
  current: "under way",
  todo: "to come",
  failed: "failed",
};

function Step({ number, name, state, about }: { number: number; name: string; state: StepState; about: string }) {
  return (
    <li data-state={state} aria-current={state === "current" ? "step" : undefined}>
      <span class="dot" aria-hidden="true">
        {state === "done" ? (
          <Sign path="M5 13l4.5 4.5L19 7.5" />
        ) : state === "failed" ? (
          <Sign path="M6 6l12 12M18 6L6 18" />
        ) : (
          number
        )}
      </span>
      <strong>
        {name}
        <span class="visually-hidden">: {STATE_WORDS[state]}</span>
      </strong>
      <span>{about}</span>
    </li>
  );
}

function Sign({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24">
      <path d={path} />
    </svg>
  );
}

function Facts({ purchase, ordered }: { purchase: Purchase; ordered: number | null | undefined }) {
  const { catalog } = useShop();
  const { items, currency } = purchase.attempt.wanted;
  const lines = priced(items, catalog, currency);
  return (
    <dl class="facts">
      <div>
        <dt>Order</dt>
        <dd>{purchase.orderId}</dd>
      </div>
      <div>
        <dt>What</dt>
        <dd>{lines.map(({ quantity, product }) => `${quantity} × ${product.name}`).join(", ")}</dd>
      </div>
      <div>
        <dt>Total</dt>
        <dd>{formatMoney(ordered ?? total(lines), currency)}</dd>
      </div>
    </dl>
  );
}
