import type { CartLine } from "./cart.ts";
import { readStored, writeStored } from "./storage.ts";

/** How somebody pays: in our own page, with a saved card, on the page that Stripe hosts; or again and again. */
export type Way = "card" | "saved" | "hosted" | "plan";

/** What is asked for under one key, in intent-api's words. */
export interface Wanted {
  readonly items: readonly CartLine[];
  readonly currency: string;
  readonly customer?: string;
  readonly payment_method?: string;
  readonly locale?: string;
}

/** One attempt to buy one cart: whatever is retried under its key is the same order. */
export interface Attempt {
  readonly key: string;
  readonly wanted: Wanted;
  readonly startedAt: number;
}

/** Stripe forgets idempotency keys, and closes a Checkout Session, after 24 hours; we begin anew before that. */
export const ATTEMPT_LIFETIME_MS = 20 * 60 * 60 * 1000;

/** The attempt that stands for this cart: the kept one, or a new one if the cart changed or it has grown old. */
export function attemptFor(storage: Storage, way: Way, wanted: Wanted, now: number, newKey = randomKey): Attempt {
  const kept = keptAttempt(storage, way);
  const ordered = { ...wanted, items: sorted(wanted.items) };
  if (kept && sameOrder(kept.wanted, ordered) && isYoung(kept, now)) return kept;
  const attempt = { key: newKey(), wanted: ordered, startedAt: now };
  writeStored(storage, storageKey(way), attempt);
  return attempt;
}

/** Whether asking again under its key still means the same: Stripe would take an old one for something new. */
export function isYoung({ startedAt }: Attempt, now = Date.now()): boolean {
  return now - startedAt < ATTEMPT_LIFETIME_MS;
}

/** Let the next purchase be a new order, also of the same things. */
export function dropAttempt(storage: Storage, way: Way): void {
  storage.removeItem(storageKey(way));
}

/** The attempt that this browser began last and has not finished. */
export function keptAttempt(storage: Storage, way: Way): Attempt | null {
  const stored = readStored(storage, storageKey(way)) as Partial<Attempt> | null;
  return stored?.key && stored.wanted && stored.startedAt !== undefined ? (stored as Attempt) : null;
}

function storageKey(way: Way): string {
  return `tillstream.attempt.${way}`;
}

function sorted(items: readonly CartLine[]): CartLine[] {
  return items.map(({ sku, quantity }) => ({ sku, quantity })).toSorted((one, other) => (one.sku < other.sku ? -1 : 1));
}

function sameOrder(one: Wanted, other: Wanted): boolean {
  return canonical(one) === canonical(other);
}

function canonical(wanted: Wanted): string {
  return JSON.stringify(Object.entries(wanted).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** A word that nobody can guess. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing where a page is served without TLS
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
