/** Calls `listener` when the network is back or the page is looked at again; the answer stops that. */
export function onWakeUp(listener: () => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  const seen = () => {
    if (document.visibilityState === "visible") listener();
  };
  window.addEventListener("online", listener);
  document.addEventListener("visibilitychange", seen);
  return () => {
    window.removeEventListener("online", listener);
    document.removeEventListener("visibilitychange", seen);
  };
}
