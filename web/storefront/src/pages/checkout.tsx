import { HostedPayment } from "../hosted-payment.tsx";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { OneClick } from "../one-click.tsx";
import { PaymentForm } from "../payment-form.tsx";
import { distinct, fetchSavedCards } from "../saved-cards.ts";
import { useShop } from "../shop.ts";
import { Sums } from "../sums.tsx";
import { useAsked } from "../use-asked.ts";
import { EmptyCart } from "./cart.tsx";
import { words } from "../language.ts";
import type { Wanted } from "../attempt.ts";

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
            <PayHere key={JSON.stringify([items, currency])} wanted={{ items, currency }} />
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

/** With a saved card in one click, else by typing one in; a stranger has none saved. */
function PayHere({ wanted }: { wanted: Wanted }) {
  const { config } = useShop();
  const [cards] = useAsked(() => fetchSavedCards(config).then(distinct, () => []));
  if (cards.state !== "here") return <p class="loading">{words().checkout.preparing}</p>;
  return cards.answer.length > 0 ? <OneClick cards={cards.answer} wanted={wanted} /> : <PaymentForm wanted={wanted} />;
}

function Summary() {
  const { lines, currency } = useShop();
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
      <Sums />
      <a class="quiet-link" href="/cart">
        {words().shop.changeCart}
      </a>
    </aside>
  );
}
