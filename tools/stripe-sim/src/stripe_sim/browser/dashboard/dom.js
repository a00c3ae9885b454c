// Building the page. Text is only ever set as text: nothing an object says can become markup.

/** An element with its attributes, listeners (`onclick`) and children (elements, texts, or nothing). */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Other content for a part of the page; what had the focus in it has it again. */
export function redraw(part, ...content) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const name = focused && (focused.getAttribute("href") ?? focused.dataset.action);
  part.replaceChildren(...content.filter(Boolean));
  if (name) [...part.querySelectorAll("a, button")].find((one) => name === (one.getAttribute("href") ?? one.dataset.action))?.focus();
}

export const byId = (id) => document.getElementById(id);

/** Tell what has happened, to eyes and to screen readers. */
export function say(words, failed = false) {
  const said = byId("said");
  said.textContent = words;
  said.classList.toggle("failed", failed);
  said.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.remove("shown"), 5000);
}

/** `14:03:07`, or the day where it was another one; takes Stripe's seconds or API v2's text. */
export function time(created) {
  if (created === null || created === undefined) return "";
  const moment = new Date(typeof created === "number" ? created * 1000 : created);
  const today = moment.toDateString() === new Date().toDateString();
  const words = today ? moment.toLocaleTimeString() : moment.toLocaleDateString();
  return h("time", { datetime: moment.toISOString(), title: moment.toLocaleString() }, words);
}

const GOOD = ["succeeded", "paid", "complete", "active", "enabled", "ready", "won", "delivered", "warning_closed"];
const BAD = ["failed", "canceled", "lost", "past_due", "unpaid", "uncollectible", "given_up", "dropped_by_chaos", "deleted"];

/** A status as a pill; its words say all, the colour only helps. */
export function pill(status) {
  if (!status) return null;
  const mood = GOOD.includes(status) ? "good" : BAD.includes(status) ? "bad" : "open";
  return h("span", { class: `pill ${mood}` }, status.replaceAll("_", " "));
}

export const linkTo = (id) => `#/object/${encodeURIComponent(id)}`;
