import { emptyStorage } from "./storages.ts";

// What every browser has, and Node.js has not in every version.
const things = { localStorage: emptyStorage(), navigator: { languages: ["en-US"] } };
for (const [name, value] of Object.entries(things)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
