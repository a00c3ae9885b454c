// A payment as the guides have it: Express computes the amount, and stripe-node asks for a PaymentIntent.
import express from "express";
import Stripe from "stripe";

const { PORT, STRIPE_PORT } = process.env;
const stripe = new Stripe("sk_test_unused", { host: "127.0.0.1", port: Number(STRIPE_PORT), protocol: "http" });
const PRICES = { mug: 2200, beans: 1500 };

function amountOf(items) {
  return items.reduce((sum, { sku, quantity }) => sum + PRICES[sku] * quantity, 0);
}

const app = express();
app.get("/readyz", (_, response) => response.json({ status: "ok" }));
app.post("/v1/payment-intents", express.json(), async (request, response) => {
  const { items, currency, reference } = request.body;
  try {
    const intent = await stripe.paymentIntents.create(
      { amount: amountOf(items), currency, automatic_payment_methods: { enabled: true }, metadata: { reference } },
      { idempotencyKey: request.headers["idempotency-key"] },
    );
    response.json({ clientSecret: intent.client_secret });
  } catch (error) {
    response.status(500).json({ error: error.message });
  }
});
app.listen(Number(PORT), "127.0.0.1");
