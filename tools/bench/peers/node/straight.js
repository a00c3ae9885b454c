// Webhook to browser as the common guides build it, in one process: Express, constructEvent, pg, Socket.IO. No log.
import { createServer } from "node:http";
import express from "express";
import pg from "pg";
import { Server } from "socket.io";
import Stripe from "stripe";

const { PORT, DATABASE_URL, STRIPE_WEBHOOK_SECRET } = process.env;
const PAID = `INSERT INTO orders (order_id, status, amount) VALUES ($1, 'paid', $2)
  ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, amount = excluded.amount, updated_at = now()`;
const stripe = new Stripe("sk_test_unused");
const pool = new pg.Pool({ connectionString: DATABASE_URL });
await pool.query(`CREATE TABLE orders (order_id text PRIMARY KEY, status text NOT NULL, amount bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now())`);

const app = express();
const server = createServer(app);
const io = new Server(server, { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.on("watch", (orderId, done) => {
    socket.join(orderId);
    done();
  });
});

app.get("/readyz", (_, response) => response.json({ status: "ok" }));
app.post("/webhooks/stripe", express.raw({ type: "application/json", limit: "1mb" }), async (request, response) => {
  let event;
  try {
    event = stripe.webhooks.constructEvent(request.body, request.headers["stripe-signature"], STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    response.status(400).send(`Webhook Error: ${error.message}`);
    return;
  }
  const intent = event.data.object;
  const orderId = intent.metadata.order_id;
  try {
    await pool.query(PAID, [orderId, intent.amount_received]);
  } catch {
    response.status(503).end();
    return;
  }
  io.to(orderId).emit("status", { order_id: orderId, status: "paid", amount: intent.amount_received });
  response.json({ received: true });
});
server.listen(Number(PORT), "127.0.0.1");
