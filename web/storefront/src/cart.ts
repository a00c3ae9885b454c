import { readStored, writeStored } from "./storage.ts";

export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
}

/** What somebody wants to buy, one line for each SKU. Holds no prices: those are the server's. */
export type Cart = readonly CartLine[];

export const MAX_QUANTITY = 99;
export const CART_KEY = "tillstream.cart";

/** The cart with one more of `sku`. */
export function withOneMore(cart: Cart, sku: string): Cart {
  const line = cart.find((each) => each.sku === sku);
  return line ? withQuantity(cart, sku, line.quantity + 1) : [...cart, { sku, quantity: 1 }];
}

/** The cart with `quantity` of `sku`, held between 1 and MAX_QUANTITY; what is no number changes nothing. */
export function withQuantity(cart: Cart, sku: string, quantity: number): Cart {
  if (!Number.isInteger(quantity)) return cart;
  const held = Math.min(Math.max(quantity, 1), MAX_QUANTITY);
  return cart.map((line) => (line.sku === sku ? { sku, quantity: held } : line));
}

/** The cart without `sku`. */
export function without(cart: Cart, sku: string): Cart {
  return cart.filter((line) => line.sku !== sku);
}

/** The cart without what has been bought; what was put in since stays. */
export function minus(cart: Cart, bought: Cart): Cart {
  const boughtOf = (sku: string) => bought.find((line) => line.sku === sku)?.quantity ?? 0;
  return cart
    .map(({ sku, quantity }) => ({ sku, quantity: quantity - boughtOf(sku) }))
    .filter(({ quantity }) => quantity > 0);
}

/** The cart with what was not bought after all. */
export function plus(cart: Cart, returned: Cart): Cart {
  const more = returned.map(({ sku, quantity }) => ({
    sku,
    quantity: Math.min(quantity + (cart.find((line) => line.sku === sku)?.quantity ?? 0), MAX_QUANTITY),
  }));
  return [...cart.filter(({ sku }) => !more.some((line) => line.sku === sku)), ...more];
}

/** How many pieces are in the cart. */
export function pieces(cart: Cart): number {
  return cart.reduce((sum, line) => sum + line.quantity, 0);
}

/** The cart that was kept here before; whatever cannot be read is left out. */
export function loadCart(storage: Storage): Cart {
  const stored = readStored(storage, CART_KEY);
  return Array.isArray(stored) ? stored.filter(isCartLine) : [];
}

export function saveCart(storage: Storage, cart: Cart): void {
  writeStored(storage, CART_KEY, cart);
}

function isCartLine(value: unknown): value is CartLine {
  if (typeof value !== "object" || value === null) return false;
  const { sku, quantity } = value as Record<string, unknown>;
  return typeof sku === "string" && Number.isInteger(quantity) && (quantity as number) >= 1;
}
