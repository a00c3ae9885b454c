import type { ComponentChildren } from "preact";

interface Props {
  kind: "problem" | "waiting" | "done";
  children: ComponentChildren;
}

/** A sentence that the buyer must not miss; a problem is read out at once. */
export function Notice({ kind, children }: Props) {
  return (
    <div class={`notice ${kind}`} role={kind === "problem" ? "alert" : "status"}>
      {children}
    </div>
  );
}
