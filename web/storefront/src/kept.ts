import type { Purchase } from "./purchase.ts";
import { readStored, writeStored } from "./storage.ts";
import type { Subscribed } from "./subscribing.ts";

/** An order that was placed from this browser, by the id that Stripe gave its payment. */
export interface Placed {
  readonly id: string;
  readonly purchase: Purchase;
}

/** So many are remembered; older ones are let go of. */
const MOST = 20;

/** A list of things in this browser's storage, the newest first, each once. */
class Kept<Thing extends object> {
  constructor(
    readonly key: string,
    readonly nameOf: (thing: Thing) => unknown,
  ) {}

  all(): Thing[] {
    const stored = readStored(localStorage, this.key);
    return Array.isArray(stored) ? (stored as Thing[]).filter((thing) => typeof this.#name(thing) === "string") : [];
  }

  find(name: string): Thing | undefined {
    return this.all().find((thing) => this.nameOf(thing) === name);
  }

  /** Put it first, or in the place of what is known by the same name. */
  keep(thing: Thing): void {
    const things = this.all();
    const at = things.findIndex((each) => this.nameOf(each) === this.nameOf(thing));
    const kept = at < 0 ? [thing, ...things] : things.with(at, thing);
    writeStored(localStorage, this.key, kept.slice(0, MOST));
  }

  #name(thing: Thing | null): unknown {
    try {
      return thing && this.nameOf(thing);
    } catch {
      return null; // written by another release of the shop
    }
  }
}

/** The orders that were placed from this browser. */
export const placedOrders = new Kept<Placed>("tillstream.orders", ({ purchase }) => purchase.orderId);

/** What was subscribed to from this browser. */
export const subscriptions = new Kept<Subscribed>("tillstream.subscriptions", ({ answer }) => answer.subscription_id);
