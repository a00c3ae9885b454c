import { without, withQuantity } from "../cart.ts";
import type { PricedLine } from "../catalog.ts";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { Picture } from "../picture.tsx";
import { useShop } from "../shop.ts";
import { Stepper } from "../stepper.tsx";
import { Sums } from "../sums.tsx";
import { words } from "../language.ts";

/** What is in the cart, to change or to pay. */
export function CartPage() {
  const { lines } = useShop();
  if (lines.length === 0) return <EmptyCart />;
  return (
    <Page title={words().cart.title}>
      <div class="columns">
        <ul class="lines">
          {lines.map((line) => (
            <Line key={line.sku} line={line} />
          ))}
        </ul>
        <aside class="panel" aria-label={words().cart.total}>
          <Sums />
          <a class="button wide" href="/checkout">
            {words().cart.checkout}
          </a>
          <a class="quiet-link" href="/">
            {words().shop.lookAround}
          </a>
        </aside>
      </div>
    </Page>
  );
}

/** Shown wherever there is nothing to pay. */
export function EmptyCart() {
  return (
    <Page title={words().cart.emptyTitle} lead={words().cart.emptyLead}>
      <a class="button" href="/">
        {words().cart.see}
      </a>
    </Page>
  );
}

function Line({ line }: { line: PricedLine }) {
  const { setCart, currency } = useShop();
  const { sku, quantity, product } = line;
  const change = (to: number) => {
    setCart((cart) => withQuantity(cart, sku, to));
  };
  return (
    <li class="line">
      <Picture name={product.image} />
      <div class="line-text">
        <h2>{product.name}</h2>
        <p class="price">{formatMoney(line.amount, currency)}</p>
        {quantity > 1 && <p class="each">{words().cart.each(formatMoney(line.amount / quantity, currency))}</p>}
      </div>
      <div class="line-tools">
        <Stepper name={product.name} quantity={quantity} change={change} />
        <button
          type="button"
          class="quiet"
          aria-label={words().cart.removeOne(product.name)}
          onClick={() => {
            setCart((cart) => without(cart, sku));
          }}
        >
          {words().cart.remove}
        </button>
      </div>
    </li>
  );
}
