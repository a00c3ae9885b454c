// The page: shows what the address names, and again whenever anything has changed.
import { ask } from "./api.js";
import { showDetail } from "./detail.js";
import { openChaos, openReset, openTrigger } from "./dialogs.js";
import { byId, say } from "./dom.js";
import { beginList, showKinds, showList } from "./list.js";

const EVERY = 1000;
const SEARCH_WAITS = 200;
let kind = "event";
let shown = "";

/** `#/charge` is a list, `#/object/ch_1` an object. */
function wanted() {
  const [, first = "event", second] = location.hash.split("/");
  return first === "object" && second ? { id: decodeURIComponent(second) } : { kind: decodeURIComponent(first) };
}

async function show() {
  const { id, kind: named } = wanted();
  kind = named ?? kind;
  byId("list").hidden = Boolean(id);
  byId("detail").hidden = !id;
  try {
    if (id) await showDetail(id, `#/${encodeURIComponent(kind)}`, again);
    else await showList(kind, byId("search").value.trim(), again);
  } catch (error) {
    if (!id || !(error instanceof Error)) throw error;
    say(error.message, true);
    location.hash = `#/${encodeURIComponent(kind)}`;
  }
}

/** Look whether anything has changed; only then is anything drawn anew. */
async function look() {
  const state = await ask("state");
  const now = [state.tag, location.hash, byId("search").value, JSON.stringify(state.chaos)].join(" ");
  if (now === shown) return;
  await show();
  showKinds(state.counts, wanted().kind);
  byId("chaos-on").hidden = isCalm(state.chaos);
  shown = now;
}

const isCalm = ({ duplicate, delay, reorder, drop, late_failure: late, same_second: same }) =>
  !(duplicate || delay || reorder || drop || late || same);

let looking = Promise.resolve();

/** One look after another, never two at once. */
function refresh() {
  looking = looking.then(lookSafely);
  return looking;
}

async function lookSafely() {
  try {
    await look();
    live(true);
  } catch {
    live(false);
  }
}

function live(is) {
  byId("live").classList.toggle("on", is);
  const words = is ? "Live" : "Not reachable, trying again";
  if (byId("live-words").textContent !== words) byId("live-words").textContent = words;
}

function again() {
  shown = "";
  return refresh();
}

async function keepLooking() {
  if (!document.hidden) await refresh();
  setTimeout(keepLooking, EVERY);
}

addEventListener("hashchange", () => {
  beginList();
  refresh();
});
document.addEventListener("visibilitychange", () => document.hidden || refresh());
byId("search").addEventListener("input", () => {
  clearTimeout(byId("search").timer);
  byId("search").timer = setTimeout(refresh, SEARCH_WAITS);
});
byId("open-chaos").addEventListener("click", () => openChaos(again));
byId("open-reset").addEventListener("click", () => openReset(again));
byId("open-trigger").addEventListener("click", () => openTrigger(again));
keepLooking();
