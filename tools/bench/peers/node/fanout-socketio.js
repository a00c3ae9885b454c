// Changes of orders from Kafka to browsers as one would build it: kafkajs, and a room of Socket.IO for each order.
import { createServer } from "node:http";
import { Kafka, logLevel } from "kafkajs";
import { Server } from "socket.io";

const { PORT, KAFKA, TOPIC } = process.env;
let ready = false;
const server = createServer((_, response) => response.writeHead(ready ? 200 : 503).end());
const io = new Server(server, { transports: ["websocket"] });

io.on("connection", (socket) => {
  socket.on("watch", (orderId, done) => {
    socket.join(orderId);
    done();
  });
});

const kafka = new Kafka({ clientId: "peer", brokers: [KAFKA], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `peer-${process.pid}` });
consumer.on(consumer.events.FETCH_START, () => (ready = true));
await consumer.connect();
await consumer.subscribe({ topic: TOPIC });
await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(message.value);
    io.to(order.order_id).emit("status", order);
  },
});
server.listen(Number(PORT), "127.0.0.1");
