import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { Wanted } from "./attempt.ts";
import { openCardPayment, refusal, type CardPayment } from "./card-payment.ts";
import { formatMoney } from "./money.ts";
import { Notice } from "./notice.tsx";
import { navigate } from "./router.ts";
import { useShop } from "./shop.ts";
import { words } from "./language.ts";

type Open = Extract<CardPayment, { state: "open" }>;

/** Stripe's Payment Element for this cart, as soon as there is a payment to make. */
export function PaymentForm({ wanted }: { wanted: Wanted }) {
  const { config } = useShop();
  const [payment, setPayment] = useState<Open>();
  const [problem, setProblem] = useState<string>();
  const open = useCallback(() => {
    setProblem(undefined);
    openCardPayment(config, wanted).then(
      (opened) => {
        if (opened.state === "open") setPayment(opened);
        else navigate(successPath(opened.paymentIntentId), { replace: true });
      },
      (error: unknown) => {
        setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    // The cart stands in this component's key: another cart is another form.
  }, []);
  useEffect(open, [open]);

  if (payment) return <CardForm payment={payment} currency={wanted.currency} />;
  if (problem) {
    return (
      <>
        <Notice kind="problem">{problem}</Notice>
        <button type="button" class="button" onClick={open}>
          {words().shop.retry}
        </button>
      </>
    );
  }
  return <p class="loading">{words().checkout.preparing}</p>;
}

function CardForm({ payment, currency }: { payment: Open; currency: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const [paying, setPaying] = useState(false);
  const [refused, setRefused] = useState<string>();
  useEffect(() => {
    const element = payment.elements.create("payment");
    element.on("ready", () => {
      setReady(true);
    });
    if (frame.current) element.mount(frame.current);
    return () => {
      element.destroy();
    };
  }, [payment]);

  const pay = async () => {
    setPaying(true);
    setRefused(undefined);
    setRefused(await confirm(payment));
    setPaying(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!paying) void pay();
      }}
    >
      <div ref={frame} class="payment-element" />
      {refused && <Notice kind="problem">{refused}</Notice>}
      <button type="submit" class="button wide" disabled={!ready || paying} aria-busy={paying}>
        {paying ? words().checkout.paying : words().checkout.pay(formatMoney(payment.amount, currency))}
      </button>
    </form>
  );
}

/** Confirm with Stripe, who moves the browser on; comes back only with the reason why the payment was refused. */
async function confirm({ stripe, elements }: Open): Promise<string | undefined> {
  try {
    const { error } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: `${location.origin}/success` },
    });
    if (error.payment_intent?.status !== "succeeded") return refusal(error);
    navigate(successPath(error.payment_intent.id), { replace: true });
    return undefined;
  } catch {
    return words().checkout.lostConnection;
  }
}

function successPath(paymentIntentId: string): string {
  return `/success?payment_intent=${encodeURIComponent(paymentIntentId)}&redirect_status=succeeded`;
}
