import type { ComponentChildren } from "preact";

import { words } from "./language.ts";
import { Notice } from "./notice.tsx";
import type { Asked } from "./use-asked.ts";

interface Props<Answer> {
  readonly asked: Asked<Answer>;
  readonly again: () => void;
  readonly waiting: string;
  readonly children: (answer: Answer) => ComponentChildren;
}

/** What came, or that it is waited for, or why it did not come and a button to try again. */
export function Asking<Answer>({ asked, again, waiting, children }: Props<Answer>) {
  switch (asked.state) {
    case "waiting":
      return <p class="loading">{waiting}</p>;
    case "here":
      return <>{children(asked.answer)}</>;
    case "problem":
      return (
        <>
          <Notice kind="problem">{asked.problem}</Notice>
          <button type="button" class="button" onClick={again}>
            {words().shop.retry}
          </button>
        </>
      );
  }
}
