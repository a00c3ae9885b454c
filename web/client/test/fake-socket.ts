/** A WebSocket that a test drives from the server's side. */
export class FakeSocket extends EventTarget {
  static opened: FakeSocket[] = [];

  readonly sent: string[] = [];
  closed = false;

  constructor(readonly url: string) {
    super();
    FakeSocket.opened.push(this);
  }

  static get last(): FakeSocket {
    const socket = FakeSocket.opened.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
  }

  accept(): this {
    this.dispatchEvent(new Event("open"));
    return this;
  }

  say(frame: unknown): this {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.dispatchEvent(new MessageEvent("message", { data }));
    return this;
  }

  end(code: number): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}
