/** A typed browser client for Tillstream's order stream. */
export type { Amounts, Order, OrderStatus } from "./frames.js";
export { type OrderWatch, type StreamError, type StreamState, type WatchOptions, watchOrder } from "./watch.js";
