import type { Stripe, StripeElementLocale, StripeElements, StripeError } from "@stripe/stripe-js";

import type { Config } from "./api.ts";
import { dropAttempt, type Wanted } from "./attempt.ts";
import { payByCard } from "./purchase.ts";
import { appearance, loadStripe } from "./stripe.ts";
import { locale, words } from "./language.ts";

/** A payment that waits for a card, or one that has been made already (then there is nothing left to fill in). */
export type CardPayment =
  | { readonly state: "open"; readonly stripe: Stripe; readonly elements: StripeElements; readonly amount: number }
  | { readonly state: "made"; readonly paymentIntentId: string };

const MADE: readonly string[] = ["succeeded", "processing", "requires_capture"];

/** The payment for this cart, the same one after a reload; a canceled one is replaced by a new one. */
export async function openCardPayment(config: Config, wanted: Wanted): Promise<CardPayment> {
  const [stripeFor, answer] = await Promise.all([loadStripe(config), payByCard(config, wanted)]);
  const stripe = stripeFor(answer.publishable_key);
  const { paymentIntent } = await stripe.retrievePaymentIntent(answer.client_secret);
  if (paymentIntent && MADE.includes(paymentIntent.status))
    return { state: "made", paymentIntentId: answer.payment_intent_id };
  if (paymentIntent?.status === "canceled") {
    dropAttempt(localStorage, "card");
    return await openCardPayment(config, wanted);
  }
  const elements = stripe.elements({
    clientSecret: answer.client_secret,
    appearance: appearance(),
    locale: locale() as StripeElementLocale,
  });
  return { state: "open", stripe, elements, amount: answer.amount };
}

/** What to tell the buyer about a payment that Stripe refused, in a sentence that says what to do. */
export function refusal(error: StripeError): string {
  const said = error.message ?? words().checkout.refused;
  if (error.type === "validation_error") return said;
  if (error.code === "payment_intent_authentication_failure") return `${said} ${words().checkout.nothingCharged}`;
  if (error.type === "card_error") return `${said} ${words().checkout.nothingChargedRetry}`;
  return `${said} ${words().checkout.nothingChargedProbably}`;
}
