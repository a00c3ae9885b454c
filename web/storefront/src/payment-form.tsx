import type { StripeElements } from "@stripe/stripe-js";
import { useEffect, useState } from "preact/hooks";

import { Asking } from "./asking.tsx";
import type { Wanted } from "./attempt.ts";
import { openCardPayment, refusal, type CardPayment } from "./card-payment.ts";
import { words } from "./language.ts";
import { formatMoney } from "./money.ts";
import { navigate } from "./router.ts";
import { useShop } from "./shop.ts";
import { StripeForm } from "./stripe-form.tsx";
import { useAsked } from "./use-asked.ts";

export type OpenPayment = Extract<CardPayment, { state: "open" }>;

/** Stripe's Payment Element for this cart, as soon as there is a payment to make. */
export function PaymentForm({ wanted }: { wanted: Wanted }) {
  const { config } = useShop();
  const [asked, again] = useAsked(() => openCardPayment(config, wanted));
  return (
    <Asking asked={asked} again={again} waiting={words().checkout.preparing}>
      {(payment) => (payment.state === "open" ? <CardForm payment={payment} /> : <GoOn id={payment.paymentIntentId} />)}
    </Asking>
  );
}

/** A card for one payment, to be saved with the customer if the buyer says so. */
export function CardForm({ payment }: { payment: OpenPayment }) {
  const [save, setSave] = useState(false);
  return (
    <StripeForm
      stripe={payment.stripe}
      clientSecret={payment.clientSecret}
      label={words().checkout.pay(formatMoney(payment.amount, payment.currency))}
      confirm={(elements) => confirm(payment, elements, save)}
    >
      {payment.savable && (
        <label class="check">
          <input
            type="checkbox"
            checked={save}
            onChange={(event) => {
              setSave(event.currentTarget.checked);
            }}
          />
          <span>{words().checkout.save}</span>
        </label>
      )}
    </StripeForm>
  );
}

function GoOn({ id }: { id: string }) {
  useEffect(() => {
    navigate(successPath(id), { replace: true });
  }, [id]);
  return null;
}

/** Confirm with Stripe, who moves the browser on; comes back only with the reason why the payment was refused. */
async function confirm({ stripe }: OpenPayment, elements: StripeElements, save: boolean): Promise<string | undefined> {
  const { error } = await stripe.confirmPayment({
    elements,
    confirmParams: { return_url: `${location.origin}/success`, ...(save && { setup_future_usage: "off_session" }) },
  });
  if (error.payment_intent?.status !== "succeeded") return refusal(error);
  navigate(successPath(error.payment_intent.id), { replace: true });
  return undefined;
}

/** The order's page for a payment that needed no way round by Stripe. */
export function successPath(paymentIntentId: string): string {
  return `/success?payment_intent=${encodeURIComponent(paymentIntentId)}&redirect_status=succeeded`;
}
