/** What is kept under `key`, or null if there is nothing that can be read. */
export function readStored(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") as unknown;
  } catch {
    return null;
  }
}

/** Keep `value` under `key`; a browser that keeps nothing (storage full or forbidden) still lets people shop. */
export function writeStored(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    console.info("This browser keeps nothing for us; a reload will empty the cart.");
  }
}
