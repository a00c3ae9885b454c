import type { StreamState, Watch, WatchOptions, Order, Subscription } from "@tillstream/client";
import { useEffect, useState } from "preact/hooks";

import type { StreamAccess } from "./api.ts";
import { words } from "./language.ts";

/** What a stream has told last, and what keeps it from telling more. */
export interface Followed<Told> {
  readonly told?: Told;
  readonly interrupted: string | null;
  /** What opens its door by now. */
  readonly access: StreamAccess;
}

/** How to follow one thing: `access` opens its stream, `renew` asks for another token when that one has run out, if it may. */
export interface Following<Told extends Order | Subscription> {
  readonly access: StreamAccess;
  readonly watch: (options: WatchOptions<Told>) => Watch;
  readonly renew?: (() => Promise<StreamAccess>) | undefined;
}

/** Follow it for as long as the page is shown, through lost connections and expired tokens. */
export function useStream<Told extends Order | Subscription>(following: Following<Told>): Followed<Told> {
  const [told, setTold] = useState<Told>();
  const [interrupted, setInterrupted] = useState<string | null>(null);
  const [access, setAccess] = useState(following.access);
  useEffect(() => {
    const { renew } = following;
    const watch = following.watch({
      ...following.access,
      onStatus: setTold,
      onState: (state) => {
        setInterrupted(interruption(state));
      },
      onError: ({ final }) => {
        if (final) setInterrupted(words().order.ended);
      },
      ...(renew && {
        refreshToken: async () => {
          const renewed = await renew();
          setAccess(renewed);
          return renewed.token;
        },
      }),
    });
    return () => {
      watch.close();
    };
    // What is followed is the same for as long as the component is shown: its key says so.
  }, []);
  return { ...(told && { told }), interrupted, access };
}

function interruption(state: StreamState): string | null {
  if (state === "reconnecting") return words().order.interrupted;
  return state === "closed" ? words().order.ended : null;
}
