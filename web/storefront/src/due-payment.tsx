import type { LatestInvoice } from "@tillstream/client";
import type { Stripe, StripeElements } from "@stripe/stripe-js";
import { useState } from "preact/hooks";

import { Problem, told, type Config } from "./api.ts";
import { MADE, refusal } from "./card-payment.ts";
import { words } from "./language.ts";
import { formatMoney } from "./money.ts";
import { Notice } from "./notice.tsx";
import { useShop } from "./shop.ts";
import { loadStripe } from "./stripe.ts";
import { StripeForm } from "./stripe-form.tsx";
import { fetchDuePayment, type DuePayment } from "./subscribing.ts";

/** What a press of the button came to: made, or a form for another card, or why there is none. */
type Outcome =
  | { readonly state: "made" }
  | { readonly state: "form"; readonly open: OpenDue; readonly why?: string }
  | { readonly state: "problem"; readonly why: string };

interface OpenDue {
  readonly stripe: Stripe;
  readonly due: DuePayment;
}

/** A button, and behind it the bank's question or a card form. That it is paid arrives by the stream. */
export function DueInvoice({ id, invoice }: { id: string; invoice: LatestInvoice }) {
  const { config } = useShop();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const made = () => {
    setOutcome({ state: "made" });
  };
  const begin = async () => {
    setBusy(true);
    setOutcome(await beginPayment(config, id));
    setBusy(false);
  };
  if (outcome?.state === "made") return <Notice kind="waiting">{words().subscription.paidJustNow}</Notice>;
  return (
    <div class="due">
      {invoice.needs_action && !outcome && <Notice kind="waiting">{words().subscription.needsAction}</Notice>}
      {outcome?.why && <Notice kind="problem">{outcome.why}</Notice>}
      {outcome?.state === "form" ? (
        <DueForm open={outcome.open} made={made} />
      ) : (
        <button
          type="button"
          class="button"
          disabled={busy}
          aria-busy={busy}
          onClick={() => {
            void begin();
          }}
        >
          {busy ? words().subscription.working : labelOf(invoice)}
        </button>
      )}
    </div>
  );
}

function labelOf({ needs_action: needsAction }: LatestInvoice): string {
  return needsAction ? words().subscription.confirmPayment : words().subscription.payNow;
}

function DueForm({ open, made }: { open: OpenDue; made: () => void }) {
  const confirm = async (elements: StripeElements) => {
    const { error } = await open.stripe.confirmPayment({
      elements,
      confirmParams: { return_url: location.origin + location.pathname },
      redirect: "if_required",
    });
    if (error) return refusal(error);
    made();
    return undefined;
  };
  return (
    <StripeForm
      stripe={open.stripe}
      clientSecret={open.due.client_secret}
      label={words().checkout.pay(formatMoney(open.due.amount, open.due.currency))}
      confirm={confirm}
    />
  );
}

async function beginPayment(config: Config, id: string): Promise<Outcome> {
  try {
    const [stripeFor, due] = await Promise.all([loadStripe(config), fetchDuePayment(config, id)]);
    const open = { stripe: stripeFor(due.publishable_key), due };
    return due.status === "requires_action" ? await answerBank(open) : { state: "form", open };
  } catch (error) {
    if (error instanceof Problem && error.code === "nothing_to_pay") return { state: "made" };
    return { state: "problem", why: told(error) };
  }
}

/** Where the bank is not content, the same invoice waits for another card. */
async function answerBank(open: OpenDue): Promise<Outcome> {
  const { paymentIntent, error } = await open.stripe.handleNextAction({ clientSecret: open.due.client_secret });
  if (paymentIntent && MADE.includes(paymentIntent.status)) return { state: "made" };
  return { state: "form", open, why: error ? refusal(error) : words().checkout.refused };
}
