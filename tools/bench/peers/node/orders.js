// Order state as one usually writes it: kafkajs and pg, one message, one transaction.
import { createServer } from "node:http";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";

const { PORT, KAFKA, TOPIC, STATUS_TOPIC, GROUP, DATABASE } = process.env;
const STATUS = {
  "payment_intent.created": "pending",
  "payment_intent.requires_action": "requires_action",
  "payment_intent.processing": "processing",
  "payment_intent.amount_capturable_updated": "authorized",
  "payment_intent.succeeded": "paid",
  "payment_intent.payment_failed": "payment_failed",
  "payment_intent.canceled": "canceled",
  "checkout.session.completed": "paid",
  "charge.refunded": "refunded",
  "refund.created": "refunded",
  "charge.dispute.created": "disputed",
  "charge.dispute.closed": "paid",
};
const INBOX = "INSERT INTO inbox (event_id, received_at) VALUES ($1, now()) ON CONFLICT DO NOTHING";
const ORDER = `INSERT INTO orders (order_id, status, amount, currency, updated_at) VALUES ($1, $2, $3, $4, now())
  ON CONFLICT (order_id) DO UPDATE SET status = $2, amount = $3, currency = $4, updated_at = now()`;
const CHANGE = "INSERT INTO changes (order_id, event_id, status, changed_at) VALUES ($1, $2, $3, now())";

const pool = new pg.Pool({ connectionString: DATABASE });
const kafka = new Kafka({ clientId: "peer", brokers: [KAFKA], logLevel: logLevel.ERROR });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: GROUP });

async function keep(event, order_id, status) {
  const thing = event.data.object;
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const { rowCount } = await client.query(INBOX, [event.id]);
    if (rowCount && status) {
      await client.query(ORDER, [order_id, status, thing.amount ?? 0, thing.currency ?? ""]);
      await client.query(CHANGE, [order_id, event.id, status]);
    }
    await client.query("COMMIT");
    return rowCount > 0;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

async function eachMessage({ message }) {
  const event = JSON.parse(message.value);
  const thing = event.data.object;
  const status = STATUS[event.type];
  const order_id = thing.metadata?.order_id ?? thing.payment_intent ?? thing.id ?? "";
  if (!(await keep(event, order_id, status)) || !status) return;
  const value = JSON.stringify({ order_id, status, cause: event.id });
  await producer.send({ topic: STATUS_TOPIC, acks: -1, messages: [{ key: order_id, value }] });
}

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
await consumer.run({ eachMessage });
createServer((_, response) => response.end("ok")).listen(Number(PORT), "127.0.0.1");
