import { locale } from "./language.ts";

/** Minor-unit digits where Stripe's rule differs from ISO 4217 (Stripe docs, "Supported currencies", special cases). */
const STRIPE_DIGITS: Readonly<Record<string, number>> = { isk: 2, mga: 0, ugx: 2 };
const LONGEST_AMOUNT = 12;

/** An amount in the currency's smallest unit as a person reads it: 1999 usd is "$19.99", 1999 jpy is "¥1,999". */
export function formatMoney(minorUnits: number, currency: string, by = locale()): string {
  const format = new Intl.NumberFormat(by, { style: "currency", currency });
  return format.format(`${minorUnits}E-${digitsOf(currency)}` as `${number}`); // a decimal string keeps every digit
}

/** What a person wrote, with a comma or a point, in the currency's smallest unit; null if it is no such amount. */
export function minorUnits(text: string, currency: string): number | null {
  const [, whole, part = ""] = /^(\d+)(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  const digits = digitsOf(currency);
  if (whole === undefined || part.length > digits || whole.length + digits > LONGEST_AMOUNT) return null;
  const amount = Number(whole + part.padEnd(digits, "0"));
  return amount > 0 ? amount : null;
}

function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return STRIPE_DIGITS[currency] ?? format.resolvedOptions().maximumFractionDigits ?? 2;
}
