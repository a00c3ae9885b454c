import { formatMoney } from "./money.ts";
import { useShop } from "./shop.ts";
import { words } from "./language.ts";

/** What the cart comes to. */
export function Sums() {
  const { total, currency } = useShop();
  return (
    <dl class="sums">
      <div>
        <dt>{words().cart.shipping}</dt>
        <dd>{words().cart.free}</dd>
      </div>
      <div class="grand">
        <dt>{words().cart.total}</dt>
        <dd>{formatMoney(total, currency)}</dd>
      </div>
    </dl>
  );
}
