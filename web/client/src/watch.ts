import { pause } from "./backoff.js";
import { Connection } from "./connection.js";
import { type Frame, type Order, type Subscription, type Watched, isOrder, isSubscription } from "./frames.js";
import { errorCode, verdict } from "./verdict.js";
import { onWakeUp } from "./wake-ups.js";

/** `live` once the state of what is watched has come; `closed` is the end. */
export type StreamState = "connecting" | "live" | "reconnecting" | "closed";

/** Why the stream was interrupted (`final` false: it goes on by itself) or ended. */
export interface StreamError {
  readonly code: string;
  readonly detail: string;
  readonly final: boolean;
}

export interface WatchOptions<T extends Watched = Order> {
  /** Both as intent-api answered them: `stream.url` and `stream.token`. */
  readonly url: string;
  readonly token: string;
  /** The version that is known already; only newer ones are reported. */
  readonly afterVersion?: number;
  /** Called with each newer version, never with one that is as old as the last. */
  readonly onStatus: (told: T) => void;
  /** Called with each state but the first, which is `connecting`. */
  readonly onState?: (state: StreamState) => void;
  readonly onError?: (error: StreamError) => void;
  /** Gives a fresh token when the old one has expired; without it the stream ends then. */
  readonly refreshToken?: () => Promise<string>;
}

export type SubscriptionWatchOptions = WatchOptions<Subscription>;

export interface Watch {
  readonly state: StreamState;
  /** Ends the stream; `closed` is the last that is heard of it. */
  close(): void;
}

/** Reports an order's state now and whenever it changes, over any number of connections. */
export function watchOrder(options: WatchOptions): Watch {
  return new Watching(options, isOrder);
}

/** Reports a subscription's state now and whenever it changes, over any number of connections. */
export function watchSubscription(options: SubscriptionWatchOptions): Watch {
  return new Watching(options, isSubscription);
}

/** A connection that stays live so long ends the series of failures. */
export const STABLE_AFTER_MS = 5_000;

class Watching<T extends Watched> implements Watch {
  readonly #options: WatchOptions<T>;
  readonly #isMine: (told: Watched) => told is T;
  readonly #stopWakeUps: () => void;
  #state: StreamState = "connecting";
  #token: string;
  #tokenExpired = false;
  #seen: number;
  #connection: Connection | undefined;
  #liveSince: number | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #told: { readonly code: string; readonly detail: string } | undefined;

  constructor(options: WatchOptions<T>, isMine: (told: Watched) => told is T) {
    this.#options = options;
    this.#isMine = isMine;
    this.#token = options.token;
    this.#seen = options.afterVersion ?? -1;
    this.#stopWakeUps = onWakeUp(() => {
      this.#wakeUp();
    });
    this.#connect();
  }

  get state(): StreamState {
    return this.#state;
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#connection?.close();
    clearTimeout(this.#retry);
    this.#stopWakeUps();
    this.#turn("closed");
  }

  #connect(): void {
    this.#told = undefined;
    this.#liveSince = undefined;
    const subscribe = { type: "subscribe", token: this.#token, after_version: Math.max(this.#seen, 0) };
    this.#connection = new Connection(this.#options.url, JSON.stringify(subscribe), {
      onFrame: (frame) => {
        this.#take(frame);
      },
      onEnd: (closeCode) => {
        this.#lost(closeCode);
      },
    });
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case "snapshot":
      case "status":
        if (!this.#isMine(frame)) break;
        this.#liveSince ??= Date.now();
        this.#turn("live");
        this.#report(frame);
        break;
      case "error":
        this.#told = frame;
        break;
      case "heartbeat":
        break;
    }
  }

  #report(told: T): void {
    if (told.version <= this.#seen || this.#state === "closed") return;
    this.#seen = told.version;
    this.#options.onStatus(told);
  }

  #lost(closeCode: number): void {
    if (this.#liveSince !== undefined && Date.now() - this.#liveSince >= STABLE_AFTER_MS) this.#failures = 0;
    const code = errorCode(this.#told?.code, closeCode);
    const next = verdict(code, this.#options.refreshToken !== undefined);
    if (code) this.#options.onError?.({ code, detail: this.#told?.detail ?? "", final: next === "give-up" });
    this.#tokenExpired = next === "refresh-token";
    if (next === "give-up") this.close();
    else this.#again();
  }

  #again(): void {
    if (this.#state === "closed") return;
    this.#turn("reconnecting");
    this.#retry = setTimeout(() => {
      void this.#reconnect();
    }, pause(this.#failures++));
  }

  async #reconnect(): Promise<void> {
    this.#retry = undefined;
    if (this.#tokenExpired) await this.#refresh();
    if (this.#state === "closed") return;
    if (this.#tokenExpired) this.#again();
    else this.#connect();
  }

  /** Asks for a token; a failure is seen by `#tokenExpired` staying as it is. */
  async #refresh(): Promise<void> {
    try {
      this.#token = (await this.#options.refreshToken?.()) ?? this.#token;
      this.#tokenExpired = false;
    } catch (reason) {
      this.#options.onError?.({ code: "token_refresh_failed", detail: String(reason), final: false });
    }
  }

  #wakeUp(): void {
    this.#connection?.endIfSilent();
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    void this.#reconnect();
  }

  #turn(state: StreamState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}
