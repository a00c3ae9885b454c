import { useCallback, useEffect, useState } from "preact/hooks";

import { told } from "./api.ts";

/** What was asked for, or why it did not come. */
export type Asked<Answer> =
  | { readonly state: "waiting" }
  | { readonly state: "here"; readonly answer: Answer }
  | { readonly state: "problem"; readonly problem: string };

/** Ask once the component is shown; `again` asks anew and shows the old answer until then. */
export function useAsked<Answer>(question: () => Promise<Answer>): [Asked<Answer>, () => void] {
  const [asked, setAsked] = useState<Asked<Answer>>({ state: "waiting" });
  const again = useCallback(() => {
    setAsked((before) => (before.state === "here" ? before : { state: "waiting" }));
    question().then(
      (answer) => {
        setAsked({ state: "here", answer });
      },
      (error: unknown) => {
        setAsked({ state: "problem", problem: told(error) });
      },
    );
    // The question is the same for as long as the component is shown: its key says so.
  }, []);
  useEffect(again, [again]);
  return [asked, again];
}
