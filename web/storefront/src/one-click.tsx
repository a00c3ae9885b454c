import { useState } from "preact/hooks";

import { told, type Config } from "./api.ts";
import { keptAttempt, type Wanted } from "./attempt.ts";
import { asMine, MADE, refusal } from "./card-payment.ts";
import { words } from "./language.ts";
import { formatMoney } from "./money.ts";
import { Notice } from "./notice.tsx";
import { CardForm, PaymentForm, successPath, type OpenPayment } from "./payment-form.tsx";
import { declinedPayment, paySaved } from "./purchase.ts";
import { navigate } from "./router.ts";
import { cardName, type SavedCard } from "./saved-cards.ts";
import { useShop } from "./shop.ts";
import { loadStripe } from "./stripe.ts";

/** What came of a click: paid, or why not, with the payment that still waits for a card. */
type Outcome =
  | { readonly state: "paid"; readonly paymentIntentId: string }
  | { readonly state: "refused"; readonly why: string; readonly waiting?: OpenPayment };

/** One button for each saved card; after a decline the same order waits for another card. */
export function OneClick({ cards, wanted }: { cards: readonly SavedCard[]; wanted: Wanted }) {
  const { config, total, currency } = useShop();
  const [paying, setPaying] = useState<string>();
  const [refused, setRefused] = useState<Extract<Outcome, { state: "refused" }>>();
  const [other, setOther] = useState(() => keptAttempt(localStorage, "card") !== null); // it may be paid already

  const pay = async (card: SavedCard) => {
    setPaying(card.payment_method_id);
    const outcome = await charge(config, wanted, card, refused?.waiting);
    setPaying(undefined);
    if (outcome.state === "paid") navigate(successPath(outcome.paymentIntentId), { replace: true });
    else setRefused(outcome);
  };
  return (
    <div class="one-click">
      {refused && <Notice kind="problem">{refused.why}</Notice>}
      {cards.map((card) => (
        <button
          key={card.payment_method_id}
          type="button"
          class="button wide"
          disabled={paying !== undefined}
          aria-busy={paying === card.payment_method_id}
          onClick={() => {
            void pay(card);
          }}
        >
          {paying === card.payment_method_id
            ? words().checkout.paying
            : words().checkout.payWith(formatMoney(total, currency), cardName(card))}
        </button>
      ))}
      {other || refused?.waiting ? (
        <OtherCard wanted={wanted} waiting={refused?.waiting} />
      ) : (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setOther(true);
          }}
        >
          {words().checkout.otherCard}
        </button>
      )}
    </div>
  );
}

function OtherCard({ wanted, waiting }: { wanted: Wanted; waiting: OpenPayment | undefined }) {
  return (
    <div class="other-card">
      <h3>{words().checkout.otherCard}</h3>
      {waiting ? <CardForm payment={waiting} /> : <PaymentForm wanted={wanted} />}
    </div>
  );
}

/** Charge the card: by the first click with a new order, by later ones with the order that waits. */
async function charge(config: Config, cart: Wanted, card: SavedCard, waiting?: OpenPayment): Promise<Outcome> {
  try {
    return waiting ? await chargeAgain(waiting, card) : await chargeNew(config, cart, card);
  } catch (error) {
    return { state: "refused", why: told(error), ...(waiting && { waiting }) };
  }
}

async function chargeNew(config: Config, cart: Wanted, card: SavedCard): Promise<Outcome> {
  const [stripeFor, mine] = await Promise.all([loadStripe(config), asMine(cart)]);
  try {
    const answer = await paySaved(config, { ...mine, payment_method: card.payment_method_id });
    if (answer.status !== "requires_action") return { state: "paid", paymentIntentId: answer.payment_intent_id };
    const payment = waitingPayment(stripeFor(answer.publishable_key), answer);
    const { paymentIntent, error } = await payment.stripe.handleNextAction({ clientSecret: answer.client_secret });
    if (paymentIntent && MADE.includes(paymentIntent.status))
      return { state: "paid", paymentIntentId: paymentIntent.id };
    return { state: "refused", why: error ? refusal(error) : words().checkout.refused, waiting: payment };
  } catch (error) {
    const declined = declinedPayment(error);
    if (!declined) throw error;
    const why = `${words().checkout.declined(cardName(card))} ${words().checkout.nothingChargedRetry}`;
    return { state: "refused", why, waiting: waitingPayment(stripeFor(declined.publishable_key), declined) };
  }
}

async function chargeAgain(waiting: OpenPayment, card: SavedCard): Promise<Outcome> {
  const { paymentIntent, error } = await waiting.stripe.confirmCardPayment(waiting.clientSecret, {
    payment_method: card.payment_method_id,
  });
  if (!error) return { state: "paid", paymentIntentId: paymentIntent.id };
  return { state: "refused", why: refusal(error), waiting };
}

function waitingPayment(
  stripe: OpenPayment["stripe"],
  { client_secret: clientSecret, amount, currency }: { client_secret: string; amount: number; currency: string },
): OpenPayment {
  return { state: "open", stripe, clientSecret, amount, currency, savable: true };
}
