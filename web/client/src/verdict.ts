/** What a lost connection means for the next one. */
export type Verdict = "retry" | "refresh-token" | "give-up";

/** The close codes that go with the errors which another attempt alone would not cure. */
const BY_CLOSE_CODE: Readonly<Record<number, string>> = {
  4400: "bad_frame",
  4401: "token_expired",
  4403: "token_invalid",
};

/** The error's code: as the `error` frame said it, else as the close code tells it. */
export function errorCode(said: string | undefined, closeCode: number): string | undefined {
  return said ?? BY_CLOSE_CODE[closeCode];
}

/** What to do next. Everything that is not known to be final is tried again. */
export function verdict(code: string | undefined, canRefresh: boolean): Verdict {
  switch (code) {
    case "token_expired":
      return canRefresh ? "refresh-token" : "give-up";
    case "token_invalid":
    case "bad_frame":
      return "give-up";
    default:
      return "retry";
  }
}
