import { useState } from "preact/hooks";

import { MAX_QUANTITY, withOneMore } from "../cart.ts";
import { isPlanned, type Plan, type Product } from "../catalog.ts";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { Picture } from "../picture.tsx";
import { planPrice } from "../plans.ts";
import { useShop } from "../shop.ts";
import { words } from "../language.ts";

/** Everything that can be bought. */
export function CatalogPage() {
  const { catalog } = useShop();
  const [added, setAdded] = useState("");
  const plans = catalog.products.filter(isPlanned);
  const goods = catalog.products.filter(({ plan }) => !plan);
  return (
    <Page title={words().catalog.title} lead={words().catalog.lead}>
      <p class="visually-hidden" role="status">
        {added}
      </p>
      <ul class="shelf">
        {goods.map((product) => (
          <ProductCard key={product.sku} product={product} announce={setAdded} />
        ))}
      </ul>
      {plans.length > 0 && (
        <section aria-labelledby="plans">
          <header class="section-head">
            <h2 id="plans">{words().catalog.plans}</h2>
            <p class="lead">{words().catalog.plansLead}</p>
          </header>
          <ul class="shelf">
            {plans.map((product) => (
              <PlanCard key={product.sku} product={product} />
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

function ProductCard({ product, announce }: { product: Product; announce: (sentence: string) => void }) {
  const { cart, setCart, currency } = useShop();
  const price = product.prices[currency];
  const inCart = cart.find((line) => line.sku === product.sku)?.quantity ?? 0;
  const add = () => {
    setCart((now) => withOneMore(now, product.sku));
    announce(words().catalog.added(product.name, inCart + 1));
  };
  return (
    <li class="card">
      <Picture name={product.image} />
      <div class="card-text">
        <h2>{product.name}</h2>
        <p>{product.description}</p>
        <div class="card-foot">
          <span class="price">
            {price === undefined ? words().catalog.notInCurrency : formatMoney(price, currency)}
          </span>
          <button
            type="button"
            class="button small"
            disabled={price === undefined || inCart >= MAX_QUANTITY}
            onClick={add}
          >
            {words().catalog.add} <span class="visually-hidden">{product.name}</span>
            {inCart > 0 && (
              <span class="in-cart" aria-hidden="true">
                {inCart}
              </span>
            )}
          </button>
        </div>
      </div>
    </li>
  );
}

function PlanCard({ product }: { product: Product & { plan: Plan } }) {
  const { currency } = useShop();
  const price = planPrice(product, 1, currency);
  return (
    <li class="card">
      <Picture name={product.image} />
      <div class="card-text">
        <h3>{product.name}</h3>
        <p>{product.description}</p>
        <div class="card-foot">
          <span class="price">
            {price ?? words().catalog.notInCurrency}
            {product.plan.trial_days > 0 && <small>{words().plan.trial(product.plan.trial_days)}</small>}
          </span>
          {price && (
            <a class="button small" href={`/subscribe/${product.sku}`}>
              {words().catalog.subscribe} <span class="visually-hidden">{product.name}</span>
            </a>
          )}
        </div>
      </div>
    </li>
  );
}
