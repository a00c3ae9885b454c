import { locale } from "./language.ts";

/** Minor-unit digits where Stripe's rule differs from ISO 4217 (Stripe docs, "Supported currencies", special cases). */
const STRIPE_DIGITS: Readonly<Record<string, number>> = { isk: 2, mga: 0, ugx: 2 };

/** An amount in the currency's smallest unit as a person reads it: 1999 usd is "$19.99", 1999 jpy is "¥1,999". */
export function formatMoney(minorUnits: number, currency: string, by = locale()): string {
  const format = new Intl.NumberFormat(by, { style: "currency", currency });
  const digits = STRIPE_DIGITS[currency] ?? format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(`${minorUnits}E-${digits}` as `${number}`); // a decimal string keeps every digit, a float may not
}
