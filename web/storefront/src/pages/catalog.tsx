import { useState } from "preact/hooks";

import { MAX_QUANTITY, withOneMore } from "../cart.ts";
import type { Product } from "../catalog.ts";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { Picture } from "../picture.tsx";
import { useShop } from "../shop.ts";
import { words } from "../language.ts";

/** Everything that can be bought. */
export function CatalogPage() {
  const { catalog } = useShop();
  const [added, setAdded] = useState("");
  return (
    <Page title={words().catalog.title} lead={words().catalog.lead}>
      <p class="visually-hidden" role="status">
        {added}
      </p>
      <ul class="shelf">
        {catalog.products
          .filter(({ plan }) => !plan)
          .map((product) => (
            <ProductCard key={product.sku} product={product} announce={setAdded} />
          ))}
      </ul>
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
