import { useCallback, useEffect, useState } from "preact/hooks";

import { Notice } from "../notice.tsx";
import { OrderProgress } from "../order-progress.tsx";
import { Page } from "../page.tsx";
import { findPurchase, type Purchase } from "../purchase.ts";
import { returnedFromStripe, type Returned } from "../returned.ts";
import { useShop } from "../shop.ts";
import { words } from "../language.ts";

type Search = { state: "looking" } | { state: "found"; purchase: Purchase } | { state: "lost"; problem: string };

/** Where Stripe sends the buyer back to: the order, live, until it is paid. */
export function SuccessPage() {
  const [returned] = useState(returnedFromStripe);
  if (!returned) return <Lost problem={words().order.unknown} />;
  return <Order returned={returned} />;
}

function Order({ returned }: { returned: Returned }) {
  const { config } = useShop();
  const [search, setSearch] = useState<Search>({ state: "looking" });
  const look = useCallback(() => {
    setSearch({ state: "looking" });
    findPurchase(config, returned.ways, returned.id).then(
      (purchase) => {
        setSearch(purchase ? { state: "found", purchase } : { state: "lost", problem: words().order.unknown });
      },
      (error: unknown) => {
        setSearch({ state: "lost", problem: error instanceof Error ? error.message : String(error) });
      },
    );
  }, [config, returned]);
  useEffect(look, [look]);

  switch (search.state) {
    case "looking":
      return <p class="loading">{words().order.looking}</p>;
    case "found":
      return <OrderProgress returned={returned} purchase={search.purchase} />;
    case "lost":
      return <Lost problem={search.problem} retry={look} />;
  }
}

function Lost({ problem, retry }: { problem: string; retry?: () => void }) {
  return (
    <Page title={words().order.title}>
      <div class="progress">
        <Notice kind="waiting">{problem}</Notice>
        <div class="actions">
          {retry && (
            <button type="button" class="button" onClick={retry}>
              {words().order.lookAgain}
            </button>
          )}
          <a class="quiet-link" href="/">
            {words().shop.backToShop}
          </a>
        </div>
      </div>
    </Page>
  );
}
