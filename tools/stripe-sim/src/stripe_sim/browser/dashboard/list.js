// The kinds on the left, and the list of one of them.
import { ask } from "./api.js";
import { byId, h, linkTo, pill, redraw, time } from "./dom.js";

const NAMES = {
  event: "Events",
  payment_intent: "PaymentIntents",
  charge: "Charges",
  refund: "Refunds",
  dispute: "Disputes",
  "checkout.session": "Checkout Sessions",
  customer: "Customers",
  payment_method: "Payment methods",
  setup_intent: "SetupIntents",
  subscription: "Subscriptions",
  invoice: "Invoices",
  product: "Products",
  price: "Prices",
  "test_helpers.test_clock": "Test clocks",
  webhook_endpoint: "Webhook endpoints",
  "v2.core.event_destination": "Event destinations",
  balance_transaction: "Balance transactions",
  invoice_payment: "Invoice payments",
  setup_attempt: "Setup attempts",
  "radar.early_fraud_warning": "Fraud warnings",
  account: "Connected accounts",
};
const STEP = 100;
const MOST = 500;
let limit = STEP;

export const nameOf = (kind) => NAMES[kind] ?? kind;

/** The kinds that there are, those with a name of their own first. */
export function showKinds(counts, current) {
  const kinds = [...new Set([...Object.keys(NAMES), ...Object.keys(counts).sort()])];
  const shown = kinds.filter((kind) => counts[kind] || kind === current || kind === "event");
  redraw(byId("kinds"), ...shown.map((kind) => entry(kind, counts[kind] ?? 0, kind === current)));
}

function entry(kind, count, current) {
  const link = { href: `#/${encodeURIComponent(kind)}`, "aria-current": current ? "page" : null };
  return h("li", {}, h("a", link, h("span", {}, nameOf(kind)), h("span", { class: "count" }, String(count))));
}

export function beginList() {
  limit = STEP;
}

/** The newest objects of the kind, or of any kind with these words. */
export async function showList(kind, words, again) {
  byId("list-name").textContent = words ? "Found" : nameOf(kind);
  const asked = new URLSearchParams({ kind: words ? "" : kind, q: words, limit: String(limit) });
  const { data, has_more: more } = await ask(`objects?${asked}`);
  redraw(byId("rows"), data.length ? table(data) : nothing(words), more && further(again));
}

function nothing(words) {
  const hint = "Nothing here yet. Call the API, or trigger an event.";
  return h("p", { class: "empty" }, words ? "Nothing has these words." : hint);
}

function further(again) {
  if (limit >= MOST) return h("p", { class: "empty" }, `These are the newest ${MOST}. Search for others.`);
  const onclick = () => {
    limit = Math.min(limit + STEP, MOST);
    again();
  };
  return h("button", { type: "button", class: "more", onclick }, "Show more");
}

export function table(lines) {
  const heads = ["What", "Id", "Amount", "Status", "Created"].map((words) => h("th", { scope: "col" }, words));
  return h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, lines.map(row)));
}

function row(line) {
  const kind = h("span", { class: "kind" }, nameOf(line.kind).replace(/s$/, ""));
  return h(
    "tr",
    {},
    h("td", { class: "what" }, line.says || kind),
    h("td", { class: "id" }, h("a", { href: linkTo(line.id) }, line.id), about(line), home(line)),
    h("td", { class: "amount" }, line.amount ?? ""),
    h("td", { class: "status" }, line.kind === "event" ? delivery(line) : pill(line.status)),
    h("td", { class: "time" }, time(line.created)),
  );
}

function about(line) {
  return line.about ? h("span", { class: "about" }, "of ", h("a", { href: linkTo(line.about) }, line.about)) : null;
}

function home(line) {
  return line.account ? h("span", { class: "about" }, "in ", h("a", { href: linkTo(line.account) }, line.account)) : null;
}

function delivery(line) {
  if (!line.attempts) return h("span", { class: "kind" }, "nobody listens");
  return [pill(line.outcome), line.attempts > 1 ? h("span", { class: "kind" }, ` ×${line.attempts}`) : null];
}
