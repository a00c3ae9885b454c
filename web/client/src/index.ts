/** A typed browser client for Tillstream's stream. */
export type {
  Amounts,
  InvoiceStatus,
  LatestInvoice,
  Order,
  OrderStatus,
  Subscription,
  SubscriptionItem,
  SubscriptionStatus,
} from "./frames.js";
export {
  type StreamError,
  type StreamState,
  type SubscriptionWatchOptions,
  type Watch,
  type WatchOptions,
  watchOrder,
  watchSubscription,
} from "./watch.js";
