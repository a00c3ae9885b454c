// Stripe's webhooks into Kafka as the common guides build it: Express, stripe.webhooks.constructEvent, kafkajs.
import express from "express";
import { Kafka, logLevel } from "kafkajs";
import Stripe from "stripe";

const { PORT, KAFKA, TOPIC, STRIPE_WEBHOOK_SECRET } = process.env;
const stripe = new Stripe("sk_test_unused");
const producer = new Kafka({ clientId: "peer", brokers: [KAFKA], logLevel: logLevel.ERROR }).producer();
await producer.connect();

const app = express();
app.get("/readyz", (_, response) => response.json({ status: "ok" }));
app.post("/webhooks/stripe", express.raw({ type: "application/json", limit: "1mb" }), async (request, response) => {
  let event;
  try {
    event = stripe.webhooks.constructEvent(request.body, request.headers["stripe-signature"], STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    response.status(400).send(`Webhook Error: ${error.message}`);
    return;
  }
  try {
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: event.data.object.id, value: request.body }] });
    response.json({ received: true });
  } catch {
    response.status(503).end();
  }
});
app.listen(Number(PORT), "127.0.0.1");
