import { HostedPayment } from "../hosted-payment.tsx";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { PaymentForm } from "../payment-form.tsx";
import { useShop } from "../shop.ts";
import { EmptyCart } from "./cart.tsx";
import { words } from "../language.ts";

/** Paying what is in the cart: by card right here, or on the page that Stripe hosts. */
export function CheckoutPage() {
  const { lines, currency } = useShop();
  if (lines.length === 0) return <EmptyCart />;
  const items = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return (
    <Page title={words().checkout.title}>
      <div class="columns checkout">
        <div class="ways">
          <section class="panel" aria-labelledby="by-card">
            <h2 id="by-card">{words().checkout.here}</h2>
            <PaymentForm key={JSON.stringify([items, currency])} wanted={{ items, currency }} />
          </section>
          <p class="or">
            <span>{words().checkout.or}</span>
          </p>
          <section class="panel" aria-labelledby="hosted">
            <h2 id="hosted">{words().checkout.hosted}</h2>
            <HostedPayment wanted={{ items, currency }} />
          </section>
        </div>
        <Summary />
      </div>
    </Page>
  );
}

function Summary() {
  const { lines, total, currency } = useShop();
  return (
    <aside class="panel summary" aria-labelledby="summary">
      <h2 id="summary">{words().checkout.order}</h2>
      <ul>
        {lines.map(({ sku, quantity, product, amount }) => (
          <li key={sku}>
            <span>
              {quantity} × {product.name}
            </span>
            <span class="amount">{formatMoney(amount, currency)}</span>
          </li>
        ))}
      </ul>
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
      <a class="quiet-link" href="/cart">
        {words().shop.changeCart}
      </a>
    </aside>
  );
}
