import type { Subscription } from "@tillstream/client";
import { useEffect, useState } from "preact/hooks";

import { dropAttempt, keptAttempt } from "../attempt.ts";
import { DueInvoice } from "../due-payment.tsx";
import { subscriptions } from "../kept.ts";
import { words } from "../language.ts";
import { formatMoney } from "../money.ts";
import { Notice } from "../notice.tsx";
import { Page } from "../page.tsx";
import { formatDay, perInterval } from "../plans.ts";
import type { Plan } from "../catalog.ts";
import { returnedFromStripe } from "../returned.ts";
import { useShop } from "../shop.ts";
import { dueInvoice, standing } from "../standing.ts";
import type { Subscribed } from "../subscribing.ts";
import { SubscriptionChanges } from "../subscription-changes.tsx";
import { useSubscription } from "../use-subscription.ts";

/** One subscription of this browser's buyer, live. */
export function SubscriptionPage({ name }: { name: string }) {
  const [subscribed] = useState(() => {
    returnedFromStripe();
    return subscriptions.find(name);
  });
  if (subscribed) return <Live subscribed={subscribed} />;
  return (
    <Page title={words().subscription.title}>
      <Notice kind="waiting">{words().subscription.unknown}</Notice>
    </Page>
  );
}

function Live({ subscribed }: { subscribed: Subscribed }) {
  const { told, interrupted } = useSubscription(subscribed);
  const state = standing(told);
  const begun = state !== "waiting" && state !== "incomplete";
  useEffect(() => {
    if (begun && keptAttempt(localStorage, "plan")?.key === subscribed.attempt.key) dropAttempt(localStorage, "plan");
  }, [begun, subscribed]);
  const { headline, sentence } = words().subscription.status[state];
  const due = told ? dueInvoice(told) : null;
  const [line] = subscribed.attempt.wanted.items;
  return (
    <Page title={headline} lead={sentence} live>
      <div class="progress" data-status={state}>
        {interrupted && <Notice kind="waiting">{interrupted}</Notice>}
        {told && due && <DueInvoice key={due.invoice_id} id={told.subscription_id} invoice={due} />}
        {state === "incomplete" && line && (
          <a class="button" href={`/subscribe/${line.sku}`}>
            {words().subscription.pay}
          </a>
        )}
        {told && told.version > 0 && <Facts told={told} />}
        {told && <SubscriptionChanges told={told} />}
      </div>
    </Page>
  );
}

function Facts({ told }: { told: Subscription }) {
  const { catalog } = useShop();
  const says = words().subscription;
  const currency = told.currency ?? "usd";
  const due = told.trial_end && told.status === "trialing" ? told.trial_end : told.current_period_end;
  const over = told.status === "canceled" || told.status === "incomplete_expired";
  return (
    <dl class="facts">
      {told.items.map((item) => (
        <div key={item.price_id}>
          <dt>{catalog.products.find(({ sku }) => sku === item.sku)?.name ?? says.price}</dt>
          <dd>
            {item.quantity} ×{" "}
            {perInterval(item.unit_amount ?? 0, currency, {
              interval: item.interval as Plan["interval"],
              interval_count: item.interval_count,
            })}
          </dd>
        </div>
      ))}
      {due && !over && told.status !== "incomplete" && (
        <div>
          <dt>{told.cancel_at_period_end ? says.ends : told.status === "trialing" ? says.firstPayment : says.next}</dt>
          <dd>{formatDay(due)}</dd>
        </div>
      )}
      {told.latest_invoice && (
        <div>
          <dt>{says.lastPayment}</dt>
          <dd>
            {formatMoney(told.latest_invoice.amount_due, currency)}, {says.invoices[told.latest_invoice.status]}
          </dd>
        </div>
      )}
      <div>
        <dt>{says.number}</dt>
        <dd>{told.subscription_id}</dd>
      </div>
    </dl>
  );
}
