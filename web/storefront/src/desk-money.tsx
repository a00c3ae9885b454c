import type { ComponentChildren } from "preact";

import { Badge } from "./badge.tsx";
import { words } from "./language.ts";
import { formatMoney } from "./money.ts";
import { formatMoment } from "./plans.ts";
import { useShop } from "./shop.ts";
import type { WholeOrder } from "./whole-order.ts";

/** Each attempt to collect the order's money. */
export function DeskPayments({ order }: { order: WholeOrder }) {
  const { config } = useShop();
  return (
    <Section id="payments" title={words().desk.payments}>
      {order.payments.map(({ payment_intent_id: id, status, amount, currency, error }) => (
        <li key={id}>
          <span>
            <strong class="amount">{formatMoney(amount, currency)}</strong>
            <small>{id}</small>
            {error && <small>{error}</small>}
            {config.stripeApiUrl && (
              <a class="quiet-link" href={`${config.stripeApiUrl}/#/object/${id}`} target="_blank" rel="noreferrer">
                {words().desk.bank}
              </a>
            )}
          </span>
          <Badge status={status}>{words().desk.payment[status]}</Badge>
        </li>
      ))}
    </Section>
  );
}

/** What was given back, or is on its way. */
export function DeskRefunds({ order }: { order: WholeOrder }) {
  const reasons: Readonly<Record<string, string | undefined>> = words().desk.reasons;
  return (
    <Section id="refunds" title={words().desk.refunds} none={words().desk.noRefunds}>
      {order.refunds.map(({ refund_id: id, status, amount, currency, reason, failure_reason, created_at }) => (
        <li key={id} data-status={status}>
          <span>
            <strong class="amount">{formatMoney(amount, currency)}</strong>
            <small>
              {formatMoment(created_at)}
              {reason && `, ${reasons[reason] ?? reason}`}
            </small>
            {failure_reason && <small>{failure_reason}</small>}
          </span>
          <Badge status={status}>{words().desk.refundState[status]}</Badge>
        </li>
      ))}
    </Section>
  );
}

/** What buyers' banks ask or have taken. */
export function DeskDisputes({ order }: { order: WholeOrder }) {
  return (
    <Section id="disputes" title={words().desk.disputes} none={words().desk.noDisputes}>
      {order.disputes.map(
        ({ dispute_id: id, status, amount, currency, reason, funds_withdrawn, created_at, respond_by }) => (
          <li key={id} data-status={status}>
            <span>
              <strong class="amount">{formatMoney(amount, currency)}</strong>
              <small>
                {reason?.replaceAll("_", " ")}, {words().desk.opened(formatMoment(created_at))}
              </small>
              {respond_by && status.endsWith("needs_response") && (
                <small>{words().desk.respondBy(formatMoment(respond_by))}</small>
              )}
              <small>{funds_withdrawn ? words().desk.withdrawn : words().desk.notWithdrawn}</small>
            </span>
            <Badge status={status}>{words().desk.dispute[status]}</Badge>
          </li>
        ),
      )}
    </Section>
  );
}

interface Props {
  readonly id: string;
  readonly title: string;
  /** What to say where there is nothing to list. */
  readonly none?: string;
  readonly children: readonly ComponentChildren[];
}

function Section({ id, title, none, children }: Props) {
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children.length > 0 ? <ul class="rows">{children}</ul> : <p>{none}</p>}
    </section>
  );
}
