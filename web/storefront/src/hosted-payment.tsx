import { useState } from "preact/hooks";

import { told } from "./api.ts";
import type { Wanted } from "./attempt.ts";
import { asMine } from "./card-payment.ts";
import { Notice } from "./notice.tsx";
import { payHosted } from "./purchase.ts";
import { useShop } from "./shop.ts";
import { locale, words } from "./language.ts";

/** The way to the page that Stripe hosts. */
export function HostedPayment({ wanted }: { wanted: Wanted }) {
  const { config } = useShop();
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<string>();

  const leave = async () => {
    setLeaving(true);
    setProblem(undefined);
    try {
      const session = await payHosted(config, { ...(await asMine(wanted)), locale: locale() });
      location.assign(session.url);
    } catch (error) {
      setProblem(told(error));
      setLeaving(false);
    }
  };
  return (
    <>
      <p>{words().checkout.hostedAbout}</p>
      {problem && <Notice kind="problem">{problem}</Notice>}
      <button
        type="button"
        class="button outline wide"
        disabled={leaving}
        onClick={() => {
          void leave();
        }}
      >
        {leaving ? words().checkout.leaving : words().checkout.leave}
      </button>
    </>
  );
}
