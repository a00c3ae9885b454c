import { fetchOrders } from "../desk.ts";
import { DeskTable } from "../desk-table.tsx";
import { words } from "../language.ts";
import { Notice } from "../notice.tsx";
import { Page } from "../page.tsx";
import { usePolled } from "../use-polled.ts";

/** The newest orders of the whole shop, as its staff sees them. */
export function DeskPage() {
  const { answer: orders, problem } = usePolled(fetchOrders);
  return (
    <Page title={words().desk.title} lead={words().desk.lead}>
      {problem && <Notice kind="problem">{problem}</Notice>}
      {!orders && !problem && <p class="loading">{words().desk.looking}</p>}
      {orders?.length === 0 && <p>{words().desk.none}</p>}
      {orders && orders.length > 0 && <DeskTable orders={orders} />}
    </Page>
  );
}
