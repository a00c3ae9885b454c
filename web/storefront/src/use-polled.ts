import { useCallback, useEffect, useState } from "preact/hooks";

import { told } from "./api.ts";

const EVERY_MS = 2000;

/** The answer of now, asked for anew every two seconds while the page is looked at; the old one stays meanwhile. */
export function usePolled<Answer>(question: () => Promise<Answer>): {
  readonly answer?: Answer;
  readonly problem?: string;
  readonly look: () => void;
} {
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<string>();
  const look = useCallback(() => {
    question().then(
      (now) => {
        setAnswer(now);
        setProblem(undefined);
      },
      (error: unknown) => {
        setProblem(told(error));
      },
    );
    // The question is the same for as long as the component is shown: its key says so.
  }, []);
  useEffect(() => {
    look();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") look();
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [look]);
  return { ...(answer && { answer }), ...(problem && { problem }), look };
}
