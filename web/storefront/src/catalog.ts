import type { Cart, CartLine } from "./cart.ts";

/** How often a product is sold again, and for how many days it may be tried first. */
export interface Plan {
  readonly interval: "day" | "week" | "month" | "year";
  readonly interval_count: number;
  readonly trial_days: number;
}

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  /** Names an illustration in src/pictures. */
  readonly image: string;
  /** Minor units by lower-case ISO 4217 code. */
  readonly prices: Readonly<Record<string, number>>;
  /** Set where it is sold by subscription alone. */
  readonly plan?: Plan | null;
}

export interface Catalog {
  readonly currencies: readonly string[];
  readonly products: readonly Product[];
}

export interface PricedLine extends CartLine {
  readonly product: Product;
  readonly amount: number;
}

/** A product that is sold again and again. */
export function isPlanned(product: Product): product is Product & { plan: Plan } {
  return Boolean(product.plan);
}

/** The cart's lines with their products and what each costs; what the shop no longer sells is left out. */
export function priced(cart: Cart, catalog: Catalog, currency: string): PricedLine[] {
  return cart.flatMap((line) => {
    const product = catalog.products.find((each) => each.sku === line.sku);
    const price = product?.prices[currency];
    return product && !product.plan && price !== undefined ? [{ ...line, product, amount: price * line.quantity }] : [];
  });
}

/** What these lines cost together, for display: what is charged is computed by the server. */
export function total(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, line) => sum + line.amount, 0);
}
