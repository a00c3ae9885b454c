import type { Stripe, StripeElementLocale, StripeElements } from "@stripe/stripe-js";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { locale, words } from "./language.ts";
import { Notice } from "./notice.tsx";
import { appearance } from "./stripe.ts";

interface Props {
  readonly stripe: Stripe;
  readonly clientSecret: string;
  /** What the button says. */
  readonly label: string;
  /** Comes back only if the buyer stays here: with the reason, in a sentence. */
  readonly confirm: (elements: StripeElements) => Promise<string | undefined>;
  readonly children?: ComponentChildren;
}

/** Stripe's Payment Element with a button: a payment to make, or a card to save. */
export function StripeForm({ stripe, clientSecret, label, confirm, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const elements = useMemo(
    () => stripe.elements({ clientSecret, appearance: appearance(), locale: locale() as StripeElementLocale }),
    [stripe, clientSecret],
  );
  useEffect(() => {
    const element = elements.create("payment");
    element.on("ready", () => {
      setReady(true);
    });
    if (frame.current) element.mount(frame.current);
    return () => {
      element.destroy();
    };
  }, [elements]);

  const submit = async () => {
    setBusy(true);
    setRefused(undefined);
    setRefused(await confirm(elements).catch(() => words().checkout.lostConnection));
    setBusy(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      <div ref={frame} class="payment-element" />
      {children}
      {refused && <Notice kind="problem">{refused}</Notice>}
      <button type="submit" class="button wide" disabled={!ready || busy} aria-busy={busy}>
        {busy ? words().checkout.paying : label}
      </button>
    </form>
  );
}
