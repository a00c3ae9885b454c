// What opens above the page: chaos, triggering, beginning anew.
import { ask } from "./api.js";
import { h, linkTo, say } from "./dom.js";

const SHARES = {
  duplicate: "delivered twice",
  delay: "late by up to the delay",
  reorder: "overtaken by later ones",
  drop: "never delivered",
  late_failure: "failures that come after a later success",
};
const SECONDS = { delay_seconds: "Longest delay", reorder_seconds: "Longest hold-back", late_failure_seconds: "Late failures wait" };

/** A dialog with a name; resolves to it. Escape and “Close” close it. */
export function showDialog(name, ...content) {
  const close = h("button", { type: "button", class: "close", onclick: () => dialog.close() }, "Close");
  const title = h("h2", { id: "dialog-name" }, name);
  const dialog = h("dialog", { "aria-labelledby": "dialog-name" }, h("div", { class: "bar" }, title, close), ...content);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export async function openChaos(again) {
  const knobs = await ask("chaos");
  const turn = async (wanted, words) => {
    try {
      await ask("chaos", wanted);
      say(words);
      dialog.close();
    } catch (error) {
      say(error.message, true);
    }
    again();
  };
  const onsubmit = (event) => {
    event.preventDefault();
    turn(knobsIn(event.target), "From now on deliveries go wrong in this way.");
  };
  const calm = () => turn({}, "Deliveries are calm again.");
  const dialog = showDialog(
    "What goes wrong with deliveries",
    h(
      "form",
      { onsubmit },
      h("fieldset", {}, h("legend", {}, "Share of events"), Object.entries(SHARES).map(([name, says]) => share(name, says, knobs[name]))),
      h("fieldset", {}, h("legend", {}, "Seconds"), Object.entries(SECONDS).map(([name, says]) => seconds(name, says, knobs[name]))),
      h("label", { class: "tick" }, h("input", { type: "checkbox", name: "same_second", checked: knobs.same_second }), "All are created in the same second"),
      h("div", { class: "actions" }, h("button", { class: "main" }, "Apply"), h("button", { type: "button", onclick: calm }, "All calm")),
    ),
  );
}

function share(name, says, value) {
  const words = h("output", {}, `${Math.round(value * 100)} %`);
  const oninput = (event) => (words.textContent = `${event.target.value} %`);
  const range = h("input", { type: "range", min: 0, max: 100, name, value: Math.round(value * 100), oninput });
  return h("label", { class: "knob" }, h("span", {}, says), range, words);
}

function seconds(name, says, value) {
  return h("label", { class: "knob" }, h("span", {}, says), h("input", { type: "number", min: 0, max: 3600, step: "any", name, value, required: true }));
}

function knobsIn(form) {
  const knobs = { same_second: form.elements.same_second.checked };
  for (const name of Object.keys(SHARES)) knobs[name] = Number(form.elements[name].value) / 100;
  for (const name of Object.keys(SECONDS)) knobs[name] = Number(form.elements[name].value);
  return knobs;
}

export function openReset(again) {
  const forget = async () => {
    try {
      await ask("reset", {});
      say("All is forgotten.");
    } catch (error) {
      say(error.message, true);
    }
    dialog.close();
    again();
  };
  const dialog = showDialog(
    "Forget everything?",
    h("p", {}, "All objects, events, keys and deliveries are gone then, and chaos is as it was at the start."),
    h("div", { class: "actions" }, h("button", { type: "button", class: "danger", onclick: forget }, "Forget everything")),
  );
}

export async function openTrigger(again) {
  const { data } = await ask("trigger");
  const onsubmit = async (event) => {
    event.preventDefault();
    const { type, metadata } = event.target.elements;
    event.submitter.disabled = true;
    try {
      const made = await ask("trigger", { event: type.value, metadata: pairs(metadata.value) });
      say(`${type.value} has come.`);
      dialog.close();
      location.hash = linkTo(made.event);
    } catch (error) {
      say(error.message, true);
    }
    event.submitter.disabled = false;
    again();
  };
  const options = data.map((type) => h("option", { value: type }, type));
  const dialog = showDialog(
    "Trigger an event",
    h("p", {}, "Makes the objects that it takes, so that the event and those before it really happen."),
    h(
      "form",
      { onsubmit },
      field("type", "Event", h("select", { id: "type", name: "type" }, options)),
      field("metadata", "Metadata, one name=value a line", metadataArea()),
      h("div", { class: "actions" }, h("button", { class: "main" }, "Trigger")),
    ),
  );
}

const field = (id, words, control) => h("p", { class: "field" }, h("label", { for: id }, words), control);

function metadataArea() {
  return h("textarea", { id: "metadata", name: "metadata", rows: 2, spellcheck: "false", placeholder: "order_id=ord_1" });
}

function pairs(text) {
  const lines = text.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim()]));
}
