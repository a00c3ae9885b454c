import { useState } from "preact/hooks";

import { Badge } from "../badge.tsx";
import { priced, total } from "../catalog.ts";
import { placedOrders, type Placed } from "../kept.ts";
import { words } from "../language.ts";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { useShop } from "../shop.ts";
import { useOrder } from "../use-order.ts";

/** What this browser has ordered, each live. */
export function OrdersPage() {
  const [placed] = useState(() => placedOrders.all());
  return (
    <Page title={words().orders.title} lead={words().orders.lead}>
      {placed.length === 0 ? (
        <p>{words().orders.none}</p>
      ) : (
        <ul class="rows panel">
          {placed.map((each) => (
            <Line key={each.purchase.orderId} placed={each} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function Line({ placed: { id, purchase } }: { placed: Placed }) {
  const { catalog } = useShop();
  const { told } = useOrder(id, purchase);
  const { items, currency } = purchase.attempt.wanted;
  const lines = priced(items, catalog, currency);
  const status = told?.status ?? "pending";
  const part = told?.status === "partially_refunded" ? told.amounts : null;
  return (
    <li>
      <span>
        <a href={`/orders/${purchase.orderId}`}>
          {lines.map(({ quantity, product }) => `${quantity} × ${product.name}`).join(", ") || purchase.orderId}
        </a>
        <small>
          {part
            ? words().orders.refundedOf(formatMoney(part.refunded, currency), formatMoney(part.captured, currency))
            : formatMoney(told && told.version > 0 ? told.amounts.ordered : total(lines), currency)}
        </small>
      </span>
      <Badge status={status}>{words().orders.states[status]}</Badge>
    </li>
  );
}
