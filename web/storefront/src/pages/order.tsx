import { useState } from "preact/hooks";

import { placedOrders } from "../kept.ts";
import { words } from "../language.ts";
import { Notice } from "../notice.tsx";
import { OrderProgress } from "../order-progress.tsx";
import { Page } from "../page.tsx";

/** One order of this browser, live. */
export function OrderPage({ name }: { name: string }) {
  const [placed] = useState(() => placedOrders.find(name));
  const [returned] = useState(() => placed && { ways: [placed.purchase.way], id: placed.id, refused: false });
  if (placed && returned) return <OrderProgress returned={returned} purchase={placed.purchase} />;
  return (
    <Page title={words().order.title}>
      <Notice kind="waiting">{words().order.unknown}</Notice>
    </Page>
  );
}
