import type { Stripe, StripeElements } from "@stripe/stripe-js";
import { useState } from "preact/hooks";

import type { Config } from "./api.ts";
import { Asking } from "./asking.tsx";
import { refusal } from "./card-payment.ts";
import { words } from "./language.ts";
import { beginSaving } from "./saved-cards.ts";
import { useShop } from "./shop.ts";
import { loadStripe } from "./stripe.ts";
import { StripeForm } from "./stripe-form.tsx";
import { useAsked } from "./use-asked.ts";

/** A button, and behind it Stripe's form for a card that is saved without a payment. */
export function NewCard({ saved }: { saved: () => void }) {
  const [wanted, setWanted] = useState(false);
  if (!wanted)
    return (
      <button
        type="button"
        class="button outline"
        onClick={() => {
          setWanted(true);
        }}
      >
        {words().account.add}
      </button>
    );
  return (
    <CardForm
      saved={() => {
        setWanted(false);
        saved();
      }}
    />
  );
}

interface OpenSetup {
  readonly stripe: Stripe;
  readonly clientSecret: string;
}

function CardForm({ saved }: { saved: () => void }) {
  const { config } = useShop();
  const [setup, again] = useAsked(() => openSetup(config));
  const confirm = async ({ stripe }: OpenSetup, elements: StripeElements) => {
    const { error } = await stripe.confirmSetup({
      elements,
      confirmParams: { return_url: `${location.origin}/account` },
      redirect: "if_required",
    });
    if (error) return refusal(error);
    saved();
    return undefined;
  };
  return (
    <Asking asked={setup} again={again} waiting={words().account.preparing}>
      {(open) => (
        <StripeForm
          stripe={open.stripe}
          clientSecret={open.clientSecret}
          label={words().account.save}
          confirm={(elements) => confirm(open, elements)}
        />
      )}
    </Asking>
  );
}

async function openSetup(config: Config): Promise<OpenSetup> {
  const [stripeFor, setup] = await Promise.all([loadStripe(config), beginSaving(config)]);
  return { stripe: stripeFor(setup.publishable_key), clientSecret: setup.client_secret };
}
