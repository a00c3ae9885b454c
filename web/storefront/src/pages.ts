import type { FunctionComponent } from "preact";

import { AccountPage } from "./pages/account.tsx";
import { CancelledPage } from "./pages/cancelled.tsx";
import { CartPage } from "./pages/cart.tsx";
import { CatalogPage } from "./pages/catalog.tsx";
import { CheckoutPage } from "./pages/checkout.tsx";
import { DeskPage } from "./pages/desk.tsx";
import { DeskOrderPage } from "./pages/desk-order.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { OrderPage } from "./pages/order.tsx";
import { OrdersPage } from "./pages/orders.tsx";
import { SubscribePage } from "./pages/subscribe.tsx";
import { SubscriptionPage } from "./pages/subscription.tsx";
import { SuccessPage } from "./pages/success.tsx";

/** A page may be about one thing, which the address names. */
type PageComponent = FunctionComponent<{ name: string }>;

const PAGES: Readonly<Record<string, PageComponent | undefined>> = {
  "": CatalogPage,
  cart: CartPage,
  checkout: CheckoutPage,
  success: SuccessPage,
  cancelled: CancelledPage,
  account: AccountPage,
  orders: OrdersPage,
  desk: DeskPage,
};

const PAGES_OF_ONE: Readonly<Record<string, PageComponent | undefined>> = {
  orders: OrderPage,
  subscribe: SubscribePage,
  subscriptions: SubscriptionPage,
  desk: DeskOrderPage,
};

/** The page behind `/orders`, or behind `/orders/ord_1` with its name. */
export function pageAt(path: string): { Shown: PageComponent; name: string } {
  const [, page = "", name = "", ...more] = path.split("/");
  const found = name ? PAGES_OF_ONE[page] : PAGES[page];
  return { Shown: more.length === 0 && found ? found : NotFoundPage, name };
}
