import { Badge } from "../badge.tsx";
import { fetchOrder } from "../desk.ts";
import { DeskActions } from "../desk-actions.tsx";
import { DeskDisputes, DeskPayments, DeskRefunds } from "../desk-money.tsx";
import { Flags } from "../desk-table.tsx";
import { words } from "../language.ts";
import { formatMoney } from "../money.ts";
import { Notice } from "../notice.tsx";
import { Page } from "../page.tsx";
import { formatMoment } from "../plans.ts";
import { usePolled } from "../use-polled.ts";
import type { TimelineLine, WholeOrder } from "../whole-order.ts";

/** One order with its payments, refunds, disputes and story, and what can be done. */
export function DeskOrderPage({ name }: { name: string }) {
  const { answer: order, problem, look } = usePolled(() => fetchOrder(name));
  return (
    <Page title={`${words().desk.order} ${order?.reference ?? name.slice(0, 12)}`}>
      <p>
        <a class="quiet-link" href="/desk">
          {words().desk.all}
        </a>
      </p>
      {problem && <Notice kind="problem">{problem}</Notice>}
      {!order && !problem && <p class="loading">{words().desk.looking}</p>}
      {order && <Order order={order} look={look} />}
    </Page>
  );
}

function Order({ order, look }: { order: WholeOrder; look: () => void }) {
  return (
    <div class="columns">
      <div class="ways">
        <Sums order={order} />
        <DeskPayments order={order} />
        <DeskRefunds order={order} />
        <DeskDisputes order={order} />
        <Timeline lines={order.timeline} />
      </div>
      <DeskActions order={order} done={look} />
    </div>
  );
}

function Sums({ order }: { order: WholeOrder }) {
  const says = words().desk;
  const money = (amount: number) => formatMoney(amount, order.currency);
  const sums = [
    [says.amount, money(order.amount)],
    [says.captured, money(order.captured)],
    [says.refunded, money(order.refunded)],
    [says.order, order.order_id],
  ];
  return (
    <section class="panel" aria-label={says.status}>
      <p class="stands" role="status">
        <Badge status={order.status}>{says.states[order.status]}</Badge> <Flags flags={order.flags} />
      </p>
      <dl class="facts">
        {sums.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Timeline({ lines }: { lines: readonly TimelineLine[] }) {
  return (
    <section class="panel" aria-labelledby="timeline">
      <h2 id="timeline">{words().desk.timeline}</h2>
      <ol class="timeline">
        {lines.map((line, at) => (
          <li key={at} data-outcome={line.outcome}>
            <span>
              <code>{line.event_type ?? "–"}</code>{" "}
              <small>
                {formatMoment(line.recorded_at)} · {words().desk.outcome[line.outcome]}
              </small>
            </span>
            <span lang="en">{line.reason}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
