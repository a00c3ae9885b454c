import type { Plan, Product } from "./catalog.ts";
import { locale, words } from "./language.ts";
import { formatMoney } from "./money.ts";

/** "€14.00 per month" */
export function perInterval(amount: number, currency: string, every: Omit<Plan, "trial_days">): string {
  return words().plan.per[every.interval](formatMoney(amount, currency), every.interval_count);
}

/** What so many of a plan cost, each time. */
export function planPrice(product: Product & { plan: Plan }, quantity: number, currency: string): string | null {
  const price = product.prices[currency];
  return price === undefined ? null : perInterval(price * quantity, currency, product.plan);
}

/** A day as people write it: "December 5, 2026". */
export function formatDay(time: string, by = locale()): string {
  return new Intl.DateTimeFormat(by, { dateStyle: "long" }).format(new Date(time));
}

/** A moment of today or of another day: "Nov 21, 11:40 AM". */
export function formatMoment(time: string, by = locale()): string {
  const format = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(by, format).format(new Date(time));
}
