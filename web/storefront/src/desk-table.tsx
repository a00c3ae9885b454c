import { Badge } from "./badge.tsx";
import { words } from "./language.ts";
import { formatMoney } from "./money.ts";
import { formatMoment } from "./plans.ts";
import type { ListedOrder } from "./whole-order.ts";

/** The orders with what the staff looks for first. */
export function DeskTable({ orders }: { orders: readonly ListedOrder[] }) {
  const says = words().desk;
  return (
    <div class="table" tabIndex={0} role="region" aria-label={says.all}>
      <table>
        <thead>
          <tr>
            <th scope="col">{says.order}</th>
            <th scope="col">{says.status}</th>
            <th scope="col">{says.placed}</th>
            <th scope="col" class="number">
              {says.amount}
            </th>
            <th scope="col" class="number">
              {says.captured}
            </th>
            <th scope="col" class="number">
              {says.refunded}
            </th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <Row key={order.order_id} order={order} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ order }: { order: ListedOrder }) {
  const money = (amount: number) => (amount > 0 ? formatMoney(amount, order.currency) : "–");
  return (
    <tr data-order={order.order_id}>
      <th scope="row">
        <a href={`/desk/${order.order_id}`}>{order.reference ?? order.order_id.slice(0, 12)}</a>
      </th>
      <td>
        <Badge status={order.status}>{words().desk.states[order.status]}</Badge> <Flags flags={order.flags} />
      </td>
      <td>{formatMoment(order.created_at)}</td>
      <td class="number">{money(order.amount)}</td>
      <td class="number">{money(order.captured)}</td>
      <td class="number">{money(order.refunded)}</td>
    </tr>
  );
}

/** What somebody should look at before shipping. */
export function Flags({ flags }: { flags: readonly string[] }) {
  const known: Readonly<Record<string, string | undefined>> = words().desk.flag;
  return (
    <>
      {flags.map((flag) => (
        <span key={flag} class="badge" data-tone="bad">
          {known[flag] ?? flag}
        </span>
      ))}
    </>
  );
}
