import { useState } from "preact/hooks";

import { MAX_QUANTITY, withOneMore } from "../cart.ts";
import type { Product } from "../catalog.ts";
import { formatMoney } from "../money.ts";
import { Page } from "../page.tsx";
import { Picture } from "../picture.tsx";
import { useShop } from "../shop.ts";

/** Everything that can be bought. */
export function CatalogPage() {
  const { catalog } = useShop();
  const [added, setAdded] = useState("");
  return (
    <Page title="Good coffee takes its time" lead="A few honest tools for brewing by hand.">
      <p class="visually-hidden" role="status">
        {added}
      </p>
      <ul class="shelf">
        {catalog.products.map((product) => (
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
    announce(`${product.name} is in your cart, ${inCart + 1} in all.`);
  };
  return (
    <li class="card">
      <Picture name={product.image} />
      <div class="card-text">
        <h2>{product.name}</h2>
        <p>{product.description}</p>
        <div class="card-foot">
          <span class="price">{price === undefined ? "Not sold in this currency" : formatMoney(price, currency)}</span>
          <button
            type="button"
            class="button small"
            disabled={price === undefined || inCart >= MAX_QUANTITY}
            onClick={add}
          >
            Add to cart <span class="visually-hidden">{product.name}</span>
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
