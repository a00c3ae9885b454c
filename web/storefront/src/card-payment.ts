import type { Stripe, StripeError } from "@stripe/stripe-js";

import type { Config } from "./api.ts";
import { dropAttempt, type Wanted } from "./attempt.ts";
import { buyerOrStranger } from "./buyer.ts";
import { words } from "./language.ts";
import { payByCard } from "./purchase.ts";
import { loadStripe } from "./stripe.ts";

/** A payment that waits for a card, or one that has been made already (then there is nothing left to fill in). */
export type CardPayment =
  | {
      readonly state: "open";
      readonly stripe: Stripe;
      readonly clientSecret: string;
      readonly amount: number;
      readonly currency: string;
      /** Whether there is a customer with whom the card can be saved. */
      readonly savable: boolean;
    }
  | { readonly state: "made"; readonly paymentIntentId: string };

/** Stripe's statuses of a payment that needs nothing more of the buyer. */
export const MADE: readonly string[] = ["succeeded", "processing", "requires_capture"];

/** The payment for this cart, the same one after a reload; a canceled one is replaced by a new one. */
export async function openCardPayment(config: Config, cart: Wanted): Promise<CardPayment> {
  const [stripeFor, wanted] = await Promise.all([loadStripe(config), asMine(cart)]);
  const answer = await payByCard(config, wanted);
  const stripe = stripeFor(answer.publishable_key);
  const { paymentIntent } = await stripe.retrievePaymentIntent(answer.client_secret);
  if (paymentIntent && MADE.includes(paymentIntent.status))
    return { state: "made", paymentIntentId: answer.payment_intent_id };
  if (paymentIntent?.status === "canceled") {
    dropAttempt(localStorage, "card");
    return await openCardPayment(config, cart);
  }
  const { client_secret: clientSecret, amount, currency } = answer;
  return { state: "open", stripe, clientSecret, amount, currency, savable: wanted.customer !== undefined };
}

/** The same, asked for by the customer that this browser is. */
export async function asMine(wanted: Wanted): Promise<Wanted> {
  const who = await buyerOrStranger();
  return who ? { ...wanted, customer: who.customerId } : wanted;
}

/** What to tell the buyer about a payment that Stripe refused, in a sentence that says what to do. */
export function refusal(error: StripeError): string {
  const said = error.message ?? words().checkout.refused;
  if (error.type === "validation_error") return said;
  if (error.code === "payment_intent_authentication_failure") return `${said} ${words().checkout.nothingCharged}`;
  if (error.type === "card_error") return `${said} ${words().checkout.nothingChargedRetry}`;
  return `${said} ${words().checkout.nothingChargedProbably}`;
}
