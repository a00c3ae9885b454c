import type { Stripe, StripeElements } from "@stripe/stripe-js";
import { useState } from "preact/hooks";

import { told, type Config } from "../api.ts";
import { MAX_QUANTITY } from "../cart.ts";
import { refusal } from "../card-payment.ts";
import { isPlanned, type Plan, type Product } from "../catalog.ts";
import { words } from "../language.ts";
import { Notice } from "../notice.tsx";
import { Page } from "../page.tsx";
import { Picture } from "../picture.tsx";
import { planPrice } from "../plans.ts";
import { navigate } from "../router.ts";
import { cardName, distinct, fetchSavedCards, type SavedCard } from "../saved-cards.ts";
import { useShop } from "../shop.ts";
import { Stepper } from "../stepper.tsx";
import { loadStripe } from "../stripe.ts";
import { StripeForm } from "../stripe-form.tsx";
import { subscribe, type SubscriptionAnswer } from "../subscribing.ts";
import { useAsked } from "../use-asked.ts";
import { NotFoundPage } from "./not-found.tsx";

type Planned = Product & { plan: Plan };

/** A subscription that waits for its first payment, or for a card. */
interface Begun {
  readonly stripe: Stripe;
  readonly answer: SubscriptionAnswer;
  readonly clientSecret: string;
}

/** One plan of the catalogue: how many, what it costs, and then the first payment. */
export function SubscribePage({ name }: { name: string }) {
  const { catalog } = useShop();
  const product = catalog.products.filter(isPlanned).find(({ sku }) => sku === name);
  return product ? <PlanPage product={product} /> : <NotFoundPage />;
}

function PlanPage({ product }: { product: Planned }) {
  const { currency } = useShop();
  const [quantity, setQuantity] = useState(1);
  const [begun, setBegun] = useState<Begun>();
  const price = planPrice(product, quantity, currency);
  const { trial_days: trialDays } = product.plan;
  const triedBefore = begun?.answer.client_secret_for === "payment"; // a trial is given once for each customer
  return (
    <Page title={product.name} lead={product.description}>
      <div class="columns">
        <section class="panel" aria-labelledby="price">
          <h2 id="price">{price ?? words().catalog.notInCurrency}</h2>
          {trialDays > 0 && (
            <p class="trial">{triedBefore ? words().plan.triedBefore : words().plan.trial(trialDays)}</p>
          )}
          {begun ? (
            <FirstPayment begun={begun} price={price ?? ""} />
          ) : (
            price && (
              <Begin product={product} quantity={quantity} change={setQuantity} begun={setBegun} currency={currency} />
            )
          )}
          <a class="quiet-link" href="/">
            {words().plan.back}
          </a>
        </section>
        <aside class="panel plan-picture">
          <Picture name={product.image} />
        </aside>
      </div>
    </Page>
  );
}

interface BeginProps {
  readonly product: Planned;
  readonly quantity: number;
  readonly currency: string;
  readonly change: (quantity: number) => void;
  readonly begun: (begun: Begun) => void;
}

function Begin({ product, quantity, currency, change, begun }: BeginProps) {
  const { config } = useShop();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { trial_days: trialDays } = product.plan;
  const begin = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const made = await openSubscription(config, product.sku, quantity, currency);
      if (made.clientSecret) begun({ ...made, clientSecret: made.clientSecret });
      else navigate(pathOf(made.answer));
    } catch (error) {
      setProblem(told(error));
    }
    setBusy(false);
  };
  return (
    <>
      <div class="how-many">
        <span aria-hidden="true">{words().plan.quantity}</span>
        <Stepper
          name={product.name}
          quantity={quantity}
          change={(to) => {
            if (Number.isInteger(to)) change(Math.min(Math.max(to, 1), MAX_QUANTITY));
          }}
        />
      </div>
      {problem && <Notice kind="problem">{problem}</Notice>}
      <button
        type="button"
        class="button wide"
        disabled={busy}
        onClick={() => {
          void begin();
        }}
      >
        {busy ? words().plan.beginning : trialDays > 0 ? words().plan.beginTrial(trialDays) : words().plan.begin}
      </button>
    </>
  );
}

function FirstPayment({ begun, price }: { begun: Begun; price: string }) {
  const { config } = useShop();
  const [cards] = useAsked(() => fetchSavedCards(config).then(distinct, () => []));
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const forLater = begun.answer.client_secret_for === "setup";
  const use = async (card: SavedCard) => {
    setBusy(true);
    setRefused(undefined);
    setRefused(await confirmSaved(begun, card, forLater).catch(() => words().checkout.lostConnection));
    setBusy(false);
  };
  return (
    <div class="ways">
      <h3>{forLater ? words().plan.cardForLater : words().plan.firstPayment}</h3>
      {refused && <Notice kind="problem">{refused}</Notice>}
      {cards.state === "here" &&
        cards.answer.map((card) => (
          <button
            key={card.payment_method_id}
            type="button"
            class="button wide"
            disabled={busy}
            onClick={() => {
              void use(card);
            }}
          >
            {forLater ? words().plan.startWith(cardName(card)) : words().checkout.payWith(price, cardName(card))}
          </button>
        ))}
      <StripeForm
        stripe={begun.stripe}
        clientSecret={begun.clientSecret}
        label={forLater ? words().plan.saveCard : words().checkout.pay(price)}
        confirm={(elements) => confirm(begun, elements, forLater)}
      />
    </div>
  );
}

async function openSubscription(config: Config, sku: string, quantity: number, currency: string) {
  const wanted = { items: [{ sku, quantity }], currency };
  const [stripeFor, answer] = await Promise.all([loadStripe(config), subscribe(config, wanted)]);
  return { stripe: stripeFor(answer.publishable_key), answer, clientSecret: answer.client_secret };
}

async function confirm({ stripe, answer }: Begun, elements: StripeElements, forLater: boolean) {
  const options = {
    elements,
    confirmParams: { return_url: location.origin + pathOf(answer) },
    redirect: "if_required",
  } as const;
  const { error } = forLater ? await stripe.confirmSetup(options) : await stripe.confirmPayment(options);
  if (error) return refusal(error);
  navigate(pathOf(answer));
  return undefined;
}

async function confirmSaved({ stripe, answer, clientSecret }: Begun, card: SavedCard, forLater: boolean) {
  const data = { payment_method: card.payment_method_id };
  const { error } = forLater
    ? await stripe.confirmCardSetup(clientSecret, data)
    : await stripe.confirmCardPayment(clientSecret, data);
  if (error) return refusal(error);
  navigate(pathOf(answer));
  return undefined;
}

function pathOf({ subscription_id: id }: SubscriptionAnswer): string {
  return `/subscriptions/${id}`;
}
