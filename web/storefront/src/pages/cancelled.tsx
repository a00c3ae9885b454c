import { Page } from "../page.tsx";
import { words } from "../language.ts";

/** Where Stripe's page sends somebody who turned back. */
export function CancelledPage() {
  return (
    <Page title={words().cancelled.title} lead={words().cancelled.lead}>
      <div class="actions">
        <a class="button" href="/checkout">
          {words().shop.backToCheckout}
        </a>
        <a class="quiet-link" href="/cart">
          {words().shop.changeCart}
        </a>
      </div>
    </Page>
  );
}
