import { useEffect, useRef } from "preact/hooks";

import { Aftermath } from "./aftermath.tsx";
import { minus, plus } from "./cart.ts";
import { priced, total } from "./catalog.ts";
import { placedOrders } from "./kept.ts";
import { formatMoney } from "./money.ts";
import { Notice } from "./notice.tsx";
import { Page } from "./page.tsx";
import { progressOf, type Progress, type StepState } from "./progress.ts";
import { finish, type Purchase } from "./purchase.ts";
import type { Returned } from "./returned.ts";
import { useShop } from "./shop.ts";
import { useOrder } from "./use-order.ts";
import { words } from "./language.ts";

/** The order's three steps, following its stream. */
export function OrderProgress({ returned, purchase }: { returned: Returned; purchase: Purchase }) {
  const { told: order, interrupted, access } = useOrder(returned.id, purchase);
  const progress = progressOf({
    refused: returned.refused,
    ...(order && { status: order.status, previousStatus: order.previous_status }),
  });
  useCartOf(purchase, progress.outcome);
  useEffect(() => {
    placedOrders.keep({ id: returned.id, purchase });
  }, [returned, purchase]);

  return (
    <Page title={progress.headline} lead={progress.sentence} live>
      <div class="progress" data-status={order?.status ?? "unknown"}>
        {interrupted && <Notice kind="waiting">{interrupted}</Notice>}
        <Steps progress={progress} />
        {order && <Aftermath order={order} purchase={purchase} access={access} />}
        <Facts purchase={purchase} ordered={order && order.version > 0 ? order.amounts.ordered : null} />
        <div class="actions">
          {progress.outcome === "failed" && (
            <a class="button" href="/checkout">
              {words().shop.retry}
            </a>
          )}
          {progress.outcome === "bought" && (
            <a class="button" href="/">
              {words().shop.lookAround}
            </a>
          )}
        </div>
      </div>
    </Page>
  );
}

/** What is bought leaves the cart, and comes back if the bank refuses after all. */
function useCartOf(purchase: Purchase, outcome: Progress["outcome"]): void {
  const { setCart } = useShop();
  const taken = useRef(false);
  useEffect(() => {
    const { items } = purchase.attempt.wanted;
    if (outcome === "bought" && finish(purchase)) {
      taken.current = true;
      setCart((cart) => minus(cart, items));
    }
    if (outcome === "failed" && taken.current) {
      taken.current = false;
      setCart((cart) => plus(cart, items));
    }
  }, [outcome, purchase, setCart]);
}

function Steps({ progress }: { progress: Progress }) {
  const { received, processing, paid } = progress.steps;
  return (
    <ol class="steps" aria-label={words().order.howFar}>
      <Step number={1} name={words().order.received} state={received} about={words().order.receivedAbout} />
      <Step number={2} name={words().order.processing} state={processing} about={words().order.processingAbout} />
      <Step number={3} name={words().order.paid} state={paid} about={words().order.paidAbout} />
    </ol>
  );
}

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
        <span class="visually-hidden">: {words().order[state]}</span>
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

function Facts({ purchase, ordered }: { purchase: Purchase; ordered: number | null }) {
  const { catalog } = useShop();
  const { items, currency } = purchase.attempt.wanted;
  const lines = priced(items, catalog, currency);
  return (
    <dl class="facts">
      <div>
        <dt>{words().order.number}</dt>
        <dd>{purchase.orderId}</dd>
      </div>
      <div>
        <dt>{words().order.what}</dt>
        <dd>{lines.map(({ quantity, product }) => `${quantity} × ${product.name}`).join(", ")}</dd>
      </div>
      <div>
        <dt>{words().order.total}</dt>
        <dd>{formatMoney(ordered ?? total(lines), currency)}</dd>
      </div>
    </dl>
  );
}
