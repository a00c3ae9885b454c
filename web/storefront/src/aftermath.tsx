import type { Order } from "@tillstream/client";
import { useEffect, useState } from "preact/hooks";

import type { StreamAccess } from "./api.ts";
import { words } from "./language.ts";
import { formatMoney } from "./money.ts";
import { Notice } from "./notice.tsx";
import type { Purchase } from "./purchase.ts";
import { useShop } from "./shop.ts";
import { fetchWholeOrder, type WholeOrder } from "./whole-order.ts";

/** What came after the payment: refunds, and what the buyer's bank says. Follows the order's versions. */
export function Aftermath({ order, purchase, access }: { order: Order; purchase: Purchase; access: StreamAccess }) {
  const { config } = useShop();
  const [whole, setWhole] = useState<WholeOrder>();
  useEffect(() => {
    if (order.version === 0) return;
    fetchWholeOrder(config, purchase.orderId, access).then(setWhole, () => undefined); // the sums are known
  }, [config, purchase, access, order.version]);
  const { amounts } = order;
  const money = (amount: number) => formatMoney(amount, order.currency ?? purchase.attempt.wanted.currency);
  return (
    <>
      {order.status === "disputed" && amounts.disputed > 0 && (
        <Notice kind="waiting">{words().orders.bankAsks(money(amounts.disputed))}</Notice>
      )}
      {order.status === "dispute_lost" && (
        <Notice kind="waiting">{words().orders.bankTook(money(amounts.disputed))}</Notice>
      )}
      {(amounts.refunded > 0 || (whole?.refunds.length ?? 0) > 0) && (
        <section class="refunds" aria-labelledby="refunds">
          <h2 id="refunds">{words().orders.refunds}</h2>
          {amounts.refunded > 0 && (
            <p class="refunded-of" role="status">
              {words().orders.refundedOf(money(amounts.refunded), money(amounts.captured))}
            </p>
          )}
          <ul>
            {whole?.refunds.map(({ refund_id, amount, currency, status }) => (
              <li key={refund_id} data-status={status}>
                <span class="amount">{formatMoney(amount, currency)}</span>
                <span>{words().orders.refund[status]}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
