import { useEffect, useState } from "preact/hooks";

const MOVED = "storefront:moved";

/** Show another page of the shop without loading the document anew. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  dispatchEvent(new Event(MOVED));
}

/** The path of the page to show, following links, `navigate` and the browser's own buttons. */
export function usePath(): string {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => {
      setPath(location.pathname);
    };
    const events = [MOVED, "popstate"];
    for (const event of events) addEventListener(event, follow);
    document.addEventListener("click", takeOver);
    return () => {
      for (const event of events) removeEventListener(event, follow);
      document.removeEventListener("click", takeOver);
    };
  }, []);
  return path;
}

/** A plain click on a link of our own is ours; everything else (new tab, another site) is the browser's. */
function takeOver(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.origin !== location.origin || link.target || link.hash) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
  scrollTo(0, 0);
}
