import { Page } from "../page.tsx";

/** Where Stripe's page sends somebody who turned back. */
export function CancelledPage() {
  return (
    <Page title="Nothing was charged" lead="You left Stripe’s page before paying. Your cart is as it was.">
      <div class="actions">
        <a class="button" href="/checkout">
          Back to checkout
        </a>
        <a class="quiet-link" href="/cart">
          Change the cart
        </a>
      </div>
    </Page>
  );
}
