import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let pagesShown = 0;

interface Props {
  title: string;
  lead?: string;
  /** The lead changes while the page is shown, and is read out then. */
  live?: boolean;
  children?: ComponentChildren;
}

/** One page: names the document, and takes the focus so that a screen reader begins to read here. */
export function Page({ title, lead, live = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Slow Pour`;
  }, [title]);
  useEffect(() => {
    if (pagesShown++ > 0) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {lead && (
          <p class="lead" role={live ? "status" : undefined}>
            {lead}
          </p>
        )}
      </header>
      {children}
    </>
  );
}
