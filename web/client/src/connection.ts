import { type Frame, readFrame } from "./frames.js";

/** Time from nothing to the first frame. */
export const OPENING_PATIENCE_MS = 10_000;
/** Silence that long means a dead connection, until a heartbeat says how often the server speaks. */
export const PATIENCE_MS = 60_000;
/** How many heartbeats may be missing. */
const HEARTBEATS = 2;
/** RFC 6455 §7.4.1: no close frame was seen. */
const ABNORMAL_CLOSURE = 1006;

/** Called with each frame, and once with the close code when it is over. */
export interface Listener {
  onFrame(frame: Frame): void;
  onEnd(closeCode: number): void;
}

/**
 * One WebSocket that says one thing, listens, and notices when the other side has died: a browser is not told of
 * WebSocket pings, and a connection without traffic looks well for hours.
 */
export class Connection {
  readonly #socket: WebSocket;
  readonly #listener: Listener;
  #patienceMs = OPENING_PATIENCE_MS;
  #heardAt = Date.now();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(url: string, firstFrame: string, listener: Listener) {
    this.#listener = listener;
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener("open", () => {
      this.#socket.send(firstFrame);
    });
    this.#socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      this.#hear(event.data);
    });
    this.#socket.addEventListener("close", (event) => {
      this.#end(event.code);
    });
    this.#listenOn();
  }

  /** Ends it without telling the listener. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#silence);
    this.#socket.close();
  }

  /** Ends it if nothing has been heard for too long: timers stand still while a page sleeps. */
  endIfSilent(): void {
    if (!this.#over && Date.now() - this.#heardAt >= this.#patienceMs) this.#end(ABNORMAL_CLOSURE);
  }

  #hear(data: unknown): void {
    if (this.#over) return;
    const frame = readFrame(data);
    this.#patienceMs =
      frame?.type === "heartbeat"
        ? frame.next_within_seconds * 1000 * HEARTBEATS
        : Math.max(this.#patienceMs, PATIENCE_MS);
    this.#listenOn();
    if (frame) this.#listener.onFrame(frame);
  }

  #listenOn(): void {
    this.#heardAt = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#end(ABNORMAL_CLOSURE);
    }, this.#patienceMs);
  }

  #end(closeCode: number): void {
    if (this.#over) return;
    this.close();
    this.#listener.onEnd(closeCode);
  }
}
