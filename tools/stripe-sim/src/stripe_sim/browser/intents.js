// The two kinds of intents: where each is reached, and how Stripe.js names what it gives back.
const PAYMENT = { object: "payment_intent", path: "/v1/payment_intents", result: "paymentIntent", error: "last_payment_error" };
const SETUP = { object: "setup_intent", path: "/v1/setup_intents", result: "setupIntent", error: "last_setup_error" };
const REDIRECT_STATUS = { succeeded: "succeeded", requires_capture: "succeeded", processing: "pending" };

const kindOf = (id) => (id.startsWith("seti_") ? SETUP : PAYMENT);
const given = (intent) => ({ [kindOf(intent.id).result]: intent });

/** What a failed challenge gives back: the reason, with the intent in it. */
function failed(intent) {
  const { error, object } = kindOf(intent.id);
  return { error: { ...intent[error], [object]: intent } };
}

/** The id in a client secret; throws for something else, as Stripe.js does. */
function intentOf(clientSecret, kind) {
  const at = String(clientSecret ?? "").indexOf("_secret_");
  if (at < 1) {
    throw new Error(`Invalid value for clientSecret: it should be a client secret of the form \${id}_secret_\${secret}.`);
  }
  const id = clientSecret.slice(0, at);
  if (kind && kindOf(id) !== kind) throw new Error(`Invalid value for clientSecret: it is not that of a ${kind.result}.`);
  return id;
}

function withOutcome(returnUrl, intent) {
  const { object } = kindOf(intent.id);
  const url = new URL(returnUrl);
  url.searchParams.set(object, intent.id);
  url.searchParams.set(`${object}_client_secret`, intent.client_secret);
  url.searchParams.set("redirect_status", REDIRECT_STATUS[intent.status] ?? "failed");
  return url.href;
}

/** What the buyer is asked to confirm. */
function asked(intent) {
  if (kindOf(intent.id) === SETUP) return "that this card may be saved";
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency: intent.currency });
  return `the payment of ${format.format(intent.amount / 10 ** format.resolvedOptions().maximumFractionDigits)}`;
}
