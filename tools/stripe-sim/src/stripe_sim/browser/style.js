// How the fields and the challenge look; `appearance.variables` sets the custom properties.
const STYLE = `
.sim-element, .sim-challenge {
  --sim-primary: #635bff; --sim-background: #fff; --sim-text: #1a1f36; --sim-muted: #5b6478; --sim-danger: #c0123c;
  --sim-border: #d5dbe5; --sim-radius: 6px; --sim-font: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-family: var(--sim-font); color: var(--sim-text); font-size: 16px; line-height: 1.4;
}
.sim-element { display: grid; grid-template-columns: 1fr 1fr; gap: 14px 12px; }
.sim-element[data-theme=night] { --sim-background: #262b3a; --sim-text: #f4f6fb; --sim-muted: #a9b3c9; --sim-border: #444c63; }
.sim-element *, .sim-challenge * { box-sizing: border-box; }
.sim-number, .sim-hints { grid-column: 1 / -1; }
.sim-field label { display: block; margin: 0 0 5px; font-size: 14px; font-weight: 500; color: inherit; }
.sim-field input {
  width: 100%; margin: 0; padding: 11px 12px; font: inherit; color: inherit; background: var(--sim-background);
  border: 1px solid var(--sim-border); border-radius: var(--sim-radius); box-shadow: 0 1px 2px rgb(20 25 60 / 6%);
}
.sim-field input::placeholder { color: var(--sim-muted); opacity: .75; }
.sim-field input:focus { outline: 2px solid var(--sim-primary); outline-offset: 0; border-color: transparent; }
.sim-field input[aria-invalid=true] { border-color: var(--sim-danger); color: var(--sim-danger); }
.sim-error { margin: 5px 0 0; font-size: 13.5px; color: var(--sim-danger); }
.sim-error:empty { display: none; }
.sim-hints { font-size: 13.5px; color: var(--sim-muted); border: 1px dashed var(--sim-border); border-radius: var(--sim-radius); }
.sim-hints summary { padding: 8px 12px; cursor: pointer; font-weight: 500; }
.sim-hints ul { list-style: none; margin: 0; padding: 0 6px 6px; }
.sim-hints button {
  display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 12px; width: 100%; padding: 6px; border: 0;
  background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; border-radius: 4px;
}
.sim-hints button:hover { background: color-mix(in srgb, var(--sim-primary) 9%, transparent); color: var(--sim-text); }
.sim-hints button:focus-visible, .sim-hints summary:focus-visible { outline: 2px solid var(--sim-primary); outline-offset: -2px; }
.sim-hints code { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: 13px; white-space: nowrap; }
.sim-challenge {
  width: min(420px, calc(100vw - 32px)); padding: 0; border: 0; border-radius: 12px; background: #fff;
  box-shadow: 0 20px 60px rgb(10 15 40 / 35%);
}
.sim-challenge::backdrop { background: rgb(15 20 45 / 55%); }
.sim-challenge header { padding: 14px 22px; background: #f5f7fb; border-bottom: 1px solid #e5e9f0; font-size: 13px; color: var(--sim-muted); }
.sim-challenge section { padding: 20px 22px 22px; }
.sim-challenge h2 { margin: 0 0 8px; font-size: 20px; line-height: 1.25; }
.sim-challenge p { margin: 0 0 18px; color: var(--sim-muted); }
.sim-challenge footer { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.sim-challenge footer button {
  padding: 12px; font: inherit; font-weight: 600; border-radius: 8px; border: 1px solid var(--sim-border);
  background: #fff; color: var(--sim-text); cursor: pointer;
}
.sim-challenge footer button[value=complete] { background: var(--sim-primary); border-color: transparent; color: #fff; }
.sim-challenge footer button:focus-visible { outline: 3px solid color-mix(in srgb, var(--sim-primary) 45%, white); outline-offset: 1px; }
.sim-challenge footer button:disabled { opacity: .6; cursor: progress; }
`;
const VARIABLES = {
  colorPrimary: "--sim-primary",
  colorBackground: "--sim-background",
  colorText: "--sim-text",
  colorTextSecondary: "--sim-muted",
  colorDanger: "--sim-danger",
  borderRadius: "--sim-radius",
  fontFamily: "--sim-font",
};

function addStyle() {
  if (document.getElementById("stripe-sim-style")) return;
  document.head.append(make("style", { id: "stripe-sim-style", text: STYLE }));
}

function applyAppearance(node, appearance = {}) {
  node.dataset.theme = appearance.theme ?? "stripe";
  for (const [name, value] of Object.entries(appearance.variables ?? {})) {
    if (VARIABLES[name]) node.style.setProperty(VARIABLES[name], value);
  }
}
