import { ask, type Config, type StreamAccess } from "./api.ts";
import { isYoung, type Attempt } from "./attempt.ts";
import { buyer } from "./buyer.ts";

/** What there is, as intent-api's paths name it. */
export type Watchable = "orders" | "subscriptions";

/**
 * Another token for a stream: by asking for the purchase again, which must be young for that, else by asking as the
 * customer whose it is, however old it is by then.
 */
export async function renewedStream(
  config: Config,
  what: Watchable,
  id: string,
  attempt: Attempt,
  askAgain: () => Promise<StreamAccess>,
): Promise<StreamAccess> {
  if (!attempt.wanted.customer) return await youngOnly(attempt, askAgain);
  return await youngOnly(attempt, askAgain).catch(() => streamOf(config, what, id));
}

async function youngOnly(attempt: Attempt, askAgain: () => Promise<StreamAccess>): Promise<StreamAccess> {
  if (!isYoung(attempt)) throw new Error("asking again would buy it again");
  return await askAgain();
}

async function streamOf(config: Config, what: Watchable, id: string): Promise<StreamAccess> {
  const { token } = await buyer();
  const url = `${config.intentApiUrl}/v1/${what}/${id}/stream-tokens`;
  return ((await ask(url, { method: "POST", bearer: token })) as { stream: StreamAccess }).stream;
}

/** Whether there is any way to another token. */
export function isRenewable(attempt: Attempt): boolean {
  return attempt.wanted.customer !== undefined || isYoung(attempt);
}
