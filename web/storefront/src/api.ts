import { words } from "./language.ts";

export interface Config {
  /** Tillstream's own, not Stripe's. */
  readonly publishableKey: string;
  readonly intentApiUrl: string;
  readonly orderServiceUrl: string;
  readonly stripeJsUrl: string;
  /** Set where a stand-in plays Stripe. */
  readonly stripeApiUrl: string | null;
}

/** Where an order's or a subscription's status can be watched, and what opens that door. */
export interface StreamAccess {
  readonly url: string;
  readonly token: string;
}

/** A refusal by the server (RFC 9457), or no answer at all; `message` is a sentence for the buyer. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
    /** What else the server told. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** Whether the same request may succeed in a moment. */
  get mayPass(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === "request_in_progress";
  }
}

interface Request {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** A key or token, sent as `Authorization: Bearer`. */
  readonly bearer?: string;
  /** The Idempotency-Key: makes it safe to ask again when no answer came. */
  readonly key?: string;
  readonly body?: unknown;
}

const TIMEOUT_MS = 15_000;
const RETRY_PAUSES_MS: readonly number[] = [400, 1600];

/** What the server answers. Raises Problem; what has a key is asked again a few times before. */
export async function ask(url: string, request: Request = {}): Promise<unknown> {
  for (const pause of request.key ? RETRY_PAUSES_MS : []) {
    try {
      return await answerOf(url, request);
    } catch (error) {
      if (!(error instanceof Problem) || !error.mayPass) throw error;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
  return await answerOf(url, request);
}

/** What to tell a person of whatever went wrong. */
export function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function answerOf(url: string, { method = "GET", bearer, key, body }: Request): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const payload = body === undefined ? null : JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body: payload, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Problem("unreachable", words().shop.unreachable);
  }
  if (response.status === 204) return null;
  const answer = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  if (response.ok && answer) return answer;
  const { code = "unreadable", detail = words().shop.unreachable } = (answer ?? {}) as Partial<Record<string, string>>;
  throw new Problem(code, detail, response.status, answer ?? {});
}
