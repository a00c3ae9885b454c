import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";

import type { Config } from "./api.ts";
import { CART_KEY, loadCart, saveCart, type Cart } from "./cart.ts";
import { priced, total, type Catalog, type PricedLine } from "./catalog.ts";
import { readStored, writeStored } from "./storage.ts";

const CURRENCY_KEY = "tillstream.currency";

/** What every page needs to know, and the two things that a buyer can change everywhere. */
export interface Shop {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly cart: Cart;
  readonly lines: readonly PricedLine[];
  readonly total: number;
  readonly currency: string;
  setCart: (change: (cart: Cart) => Cart) => void;
  setCurrency: (currency: string) => void;
}

export const ShopContext = createContext<Shop | null>(null);

export function useShop(): Shop {
  const shop = useContext(ShopContext);
  if (!shop) throw new Error("useShop needs a ShopContext above it");
  return shop;
}

/** The shop with the cart and currency that this browser kept, shared with its other tabs. */
export function useKeptShop(config: Config, catalog: Catalog): Shop {
  const [cart, setCart] = useKeptCart();
  const [currency, setCurrency] = useState(() => keptCurrency(catalog));
  useLayoutEffect(() => {
    writeStored(localStorage, CURRENCY_KEY, currency); // not after the next paint: the page may be left before
  }, [currency]);
  return useMemo(() => {
    const lines = priced(cart, catalog, currency);
    return { config, catalog, cart, lines, total: total(lines), currency, setCart, setCurrency };
  }, [config, catalog, cart, currency, setCart]);
}

function useKeptCart(): [Cart, Shop["setCart"]] {
  const [cart, setCart] = useState(() => loadCart(localStorage));
  useLayoutEffect(() => {
    saveCart(localStorage, cart);
  }, [cart]);
  useEffect(() => {
    const follow = (event: StorageEvent) => {
      if (event.key === CART_KEY) setCart(loadCart(localStorage));
    };
    addEventListener("storage", follow);
    return () => {
      removeEventListener("storage", follow);
    };
  }, []);
  return [cart, setCart];
}

function keptCurrency(catalog: Catalog): string {
  const kept = readStored(localStorage, CURRENCY_KEY);
  const known = catalog.currencies.find((currency) => currency === kept);
  return known ?? catalog.currencies[0] ?? "usd";
}
