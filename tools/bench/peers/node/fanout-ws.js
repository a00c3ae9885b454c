// Changes of orders from Kafka to browsers with next to nothing between: kafkajs, ws, and a Map. About the limit of Node.
import { createServer } from "node:http";
import { Kafka, logLevel } from "kafkajs";
import { WebSocket, WebSocketServer } from "ws";

const { PORT, KAFKA, TOPIC } = process.env;
const HEARTBEAT = 30_000;
let ready = false;
const server = createServer((_, response) => response.writeHead(ready ? 200 : 503).end());
const sockets = new WebSocketServer({ server });
const watching = new Map();

sockets.on("connection", (socket) => {
  let order;
  socket.isAlive = true;
  socket.on("pong", () => (socket.isAlive = true));
  socket.on("message", (data) => {
    order = JSON.parse(data).watch;
    if (!watching.has(order)) watching.set(order, new Set());
    watching.get(order).add(socket);
    socket.send(JSON.stringify({ watching: order }));
  });
  socket.on("close", () => {
    watching.get(order)?.delete(socket);
    if (watching.get(order)?.size === 0) watching.delete(order);
  });
});
setInterval(() => {
  for (const socket of sockets.clients) {
    if (!socket.isAlive) socket.terminate();
    socket.isAlive = false;
    socket.ping();
  }
}, HEARTBEAT);

const kafka = new Kafka({ clientId: "peer", brokers: [KAFKA], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `peer-${process.pid}` });
consumer.on(consumer.events.FETCH_START, () => (ready = true));
await consumer.connect();
await consumer.subscribe({ topic: TOPIC });
await consumer.run({
  eachMessage: async ({ message }) => {
    const text = message.value.toString();
    for (const socket of watching.get(message.key.toString()) ?? []) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  },
});
server.listen(Number(PORT), "127.0.0.1");
