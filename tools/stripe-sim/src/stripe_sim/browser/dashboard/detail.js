// One object: what can be done to it, its events, and all that it says.
import { ask, objectPath } from "./api.js";
import { byId, h, linkTo, pill, redraw, say, time } from "./dom.js";
import { showDialog } from "./dialogs.js";
import { nameOf, table } from "./list.js";

const ID = /^(?:[a-z]+_)+[A-Za-z0-9]{10,}$/;
const ROLLED = ["webhook_endpoint", "v2.core.event_destination"];

/** The object; `again` is called after something was done to it. */
export async function showDetail(id, back, again) {
  const { object, actions, events, deliveries } = await ask(objectPath(id));
  const opened = byId("detail").dataset.id === id;
  byId("detail").dataset.id = id;
  redraw(
    byId("detail"),
    h("a", { class: "back", href: back }, "‹ Back to the list"),
    h("div", { class: "bar" }, h("h2", { tabindex: "-1" }, object.id), pill(object.status)),
    h("p", { class: "what-it-is" }, object.object === "event" ? object.type : nameOf(object.object).replace(/s$/, "")),
    buttons(object, actions, again),
    object.object === "event" ? attempts(deliveries) : itsEvents(events),
    h("h3", {}, "All of it"),
    h("pre", { class: "json", tabindex: "0", "aria-label": "The object as JSON" }, json(object, 0, object.id)),
  );
  if (!opened) byId("detail").querySelector("h2").focus({ preventScroll: true });
}

function buttons(object, actions, again) {
  const some = actions.map(({ action, says }) => button(action, says, () => act(object.id, action, says, again)));
  if (ROLLED.includes(object.object)) some.push(button("roll", "Roll the signing secret", () => roll(object.id)));
  if (!some.length) return null;
  return h("div", { class: "actions", role: "group", "aria-label": "What can happen now" }, some);
}

const button = (action, says, onclick) => h("button", { type: "button", "data-action": action, onclick }, says);

async function act(id, action, says, again) {
  try {
    const after = await ask(`${objectPath(id)}/${action}`, {});
    say(`${says}: done${after.status ? `, it is ${after.status}` : ""}.`);
  } catch (error) {
    say(error.message, true);
  }
  again();
}

async function roll(endpoint) {
  try {
    const { secret } = await ask("secret_roll", { endpoint });
    const words = "The new secret signs from now on, the old one beside it for a day. It is shown this once.";
    showDialog("A new signing secret", h("p", {}, words), h("code", { class: "secret" }, secret));
  } catch (error) {
    say(error.message, true);
  }
}

function itsEvents(events) {
  return events.length ? h("div", {}, h("h3", {}, "Its events"), table(events)) : null;
}

function attempts(lines) {
  if (!lines.length) return h("p", { class: "empty" }, "It was not delivered: no endpoint wanted it, or it was long ago.");
  const heads = ["When", "To", "Attempt", "Answer", "Outcome"].map((words) => h("th", { scope: "col" }, words));
  const rows = lines.map((line) =>
    h(
      "tr",
      {},
      h("td", { class: "time" }, time(line.at)),
      h("td", { class: "id" }, line.endpoint ? h("a", { href: linkTo(line.endpoint) }, line.endpoint) : "nobody"),
      h("td", { class: "amount" }, String(line.attempt ?? "")),
      h("td", {}, String(line.status ?? line.error ?? "")),
      h("td", { class: "status" }, pill(line.outcome)),
    ),
  );
  return h("div", {}, h("h3", {}, "Deliveries"), h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

/** JSON as nodes: indented, with a link wherever an id of another object stands. */
function json(value, depth, own) {
  if (Array.isArray(value)) return inside("[", "]", value.map((item) => json(item, depth + 1, own)), depth);
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).map(([name, item]) => [
      h("span", { class: "name" }, JSON.stringify(name)), ": ", ...json(item, depth + 1, own),
    ]);
    return inside("{", "}", members, depth);
  }
  if (typeof value === "string" && ID.test(value) && value !== own) {
    return [h("a", { href: linkTo(value) }, JSON.stringify(value))];
  }
  return [h("span", { class: typeof value === "string" ? "text" : "plain" }, JSON.stringify(value))];
}

function inside(open, close, members, depth) {
  if (!members.length) return [open + close];
  const lead = `\n${"  ".repeat(depth + 1)}`;
  const lines = members.flatMap((member, index) => [index ? `,${lead}` : lead, ...member]);
  return [open, ...lines, `\n${"  ".repeat(depth)}`, close];
}
