// Stripe Elements: a form of card fields in the page's own DOM, with Stripe's events.
function make(tag, { text, ...attributes } = {}) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

let lastNumber = 0;

class CardElement {
  constructor(type, options = {}) {
    this.type = type;
    this.options = options;
    this.listeners = new Map();
    this.inputs = new Map();
    this.root = null;
  }

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    return this;
  }

  once(event, listener) {
    const first = (detail) => {
      this.off(event, first);
      listener(detail);
    };
    return this.on(event, first);
  }

  off(event, listener) {
    const kept = listener ? (this.listeners.get(event) ?? []).filter((one) => one !== listener) : [];
    this.listeners.set(event, kept);
    return this;
  }

  emit(event, detail = {}) {
    for (const listener of this.listeners.get(event) ?? []) listener({ elementType: this.type, ...detail });
  }

  mount(place) {
    const node = typeof place === "string" ? document.querySelector(place) : place;
    if (!node) throw new Error(`The selector you specified (${place}) applies to no DOM elements that are on the page.`);
    addStyle();
    this.root = make("div", { class: "sim-element", "data-testid": "payment-element" });
    applyAppearance(this.root, this.options.appearance);
    for (const field of FIELDS) this.root.append(this.field(field));
    this.root.append(testCardList((number) => this.fill(number)));
    node.replaceChildren(this.root);
    queueMicrotask(() => this.emit("ready"));
  }

  field({ name, label, autocomplete, placeholder, most }) {
    const id = `sim-${name}-${(lastNumber += 1)}`;
    const box = make("div", { class: `sim-field sim-${name}` });
    const input = make("input", {
      id, name, autocomplete, placeholder, inputmode: "numeric", type: "text", "aria-describedby": `${id}-error`,
    });
    const error = make("p", { class: "sim-error", id: `${id}-error`, "data-testid": `${name}-error` });
    input.addEventListener("input", () => this.typed(name, most));
    input.addEventListener("blur", () => {
      if (input.value) this.show(name);
      this.emit("blur");
    });
    input.addEventListener("focus", () => this.emit("focus"));
    this.inputs.set(name, { input, error });
    box.append(make("label", { for: id, text: label }), input, error);
    return box;
  }

  typed(name, most) {
    const { input, error } = this.inputs.get(name);
    const atEnd = input.selectionStart === input.value.length;
    const text = shown(name, digitsOf(input.value).slice(0, most));
    if (text !== input.value && (atEnd || text.length < input.value.length)) input.value = text;
    input.removeAttribute("aria-invalid");
    error.textContent = "";
    this.emit("change", this.state());
  }

  fill(number) {
    const year = String((new Date().getFullYear() + 8) % 100).padStart(2, "0");
    for (const [name, digits] of [["number", number], ["expiry", `12${year}`], ["cvc", "123"]]) {
      this.inputs.get(name).input.value = digits;
      this.typed(name, 19);
    }
  }

  digits(name) {
    return digitsOf(this.inputs.get(name)?.input.value ?? "");
  }

  state() {
    const problem = FIELDS.map(({ name }) => this.problem(name)).find(Boolean);
    const empty = FIELDS.every(({ name }) => !this.digits(name));
    const brand = brandOf(this.digits("number"))[0];
    return { empty, complete: !problem, collapsed: false, brand, value: { type: "card" } };
  }

  problem(name) {
    return problemOf(name, this.digits(name), this.digits("number"));
  }

  show(name) {
    const problem = this.problem(name);
    const { input, error } = this.inputs.get(name);
    input.toggleAttribute("aria-invalid", false);
    if (problem) input.setAttribute("aria-invalid", "true");
    error.textContent = problem ? problem[1] : "";
    return problem;
  }

  /** Shows all that is wrong and goes to the first of it: `{}` or `{error}`. */
  validate() {
    const wrong = FIELDS.map(({ name }) => [name, this.show(name)]).filter(([, problem]) => problem);
    if (!wrong.length) return {};
    this.inputs.get(wrong[0][0]).input.focus();
    const [code, message] = wrong[0][1];
    return { error: { type: "validation_error", code, message } };
  }

  card() {
    const expiry = this.digits("expiry");
    return {
      number: this.digits("number"),
      exp_month: Number(expiry.slice(0, 2)),
      exp_year: 2000 + Number(expiry.slice(2)),
      cvc: this.digits("cvc"),
    };
  }

  update(options = {}) {
    this.options = { ...this.options, ...options };
  }

  clear() {
    for (const { input, error } of this.inputs.values()) {
      input.value = "";
      error.textContent = "";
    }
  }

  focus() {
    this.inputs.get("number")?.input.focus();
  }

  blur() {
    document.activeElement?.blur();
  }

  collapse() {}

  unmount() {
    this.root?.remove();
    this.root = null;
  }

  destroy() {
    this.unmount();
    this.listeners.clear();
  }
}

class Elements {
  constructor(options = {}) {
    this.options = options;
    this.made = new Map();
  }

  create(type, options = {}) {
    if (!["payment", "card"].includes(type)) throw new Error(`stripe-sim has no Element "${type}": use payment or card.`);
    const element = new CardElement(type, { appearance: this.options.appearance, ...options });
    this.made.set(type, element);
    return element;
  }

  getElement(type) {
    return this.made.get(type) ?? null;
  }

  update(options = {}) {
    this.options = { ...this.options, ...options };
    for (const element of this.made.values()) {
      if (element.root) applyAppearance(element.root, this.options.appearance);
    }
  }

  async fetchUpdates() {
    return {};
  }

  form() {
    return this.made.get("payment") ?? this.made.get("card");
  }

  async submit() {
    const form = this.form();
    if (!form?.root) throw new Error("Invalid elements: there is no Element mounted.");
    const { error } = form.validate();
    return error ? { error } : { selectedPaymentMethod: "card" };
  }
}
