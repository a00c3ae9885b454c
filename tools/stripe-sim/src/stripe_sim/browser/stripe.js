// window.Stripe: the part of Stripe.js that takes card payments and saves cards.
class StripeSim {
  constructor(key, account) {
    this.key = key;
    this.account = account;
    this._apiKey = key;
  }

  elements(options) {
    return new Elements(options);
  }

  async confirmPayment(options) {
    return this.confirmByForm("confirmPayment", PAYMENT, options);
  }

  async confirmSetup(options) {
    return this.confirmByForm("confirmSetup", SETUP, options);
  }

  async confirmByForm(name, kind, { elements, clientSecret, confirmParams = {}, redirect = "always" }) {
    const secret = clientSecret ?? elements?.options.clientSecret;
    const { return_url: returnUrl, ...params } = confirmParams;
    if (redirect === "always" && !returnUrl) {
      throw new Error(`stripe.${name}: confirmParams.return_url is required unless redirect is 'if_required'.`);
    }
    if (elements) {
      const { error } = await elements.submit();
      if (error) return { error };
      params.payment_method_data = methodOf(elements.form(), params.payment_method_data);
    }
    const result = await this.confirm(kind, secret, params);
    if (result.error || redirect === "if_required") return result;
    location.assign(withOutcome(returnUrl, result[kind.result]));
    return new Promise(() => {});
  }

  async confirmCardPayment(clientSecret, data, options) {
    return this.confirmCard(PAYMENT, clientSecret, data, options);
  }

  async confirmCardSetup(clientSecret, data, options) {
    return this.confirmCard(SETUP, clientSecret, data, options);
  }

  async confirmCard(kind, clientSecret, data = {}, { handleActions = true } = {}) {
    const { payment_method: method, return_url: _unused, ...params } = data;
    if (typeof method === "string") {
      params.payment_method = method;
    } else if (method?.card instanceof CardElement) {
      const { error } = method.card.validate();
      if (error) return { error };
      params.payment_method_data = methodOf(method.card, { billing_details: method.billing_details });
    } else if (method) {
      params.payment_method_data = { type: "card", ...method };
    }
    return this.confirm(kind, clientSecret, params, handleActions);
  }

  async confirm(kind, clientSecret, params, handleActions = true) {
    const intent = await ask(this, "POST", `${kind.path}/${intentOf(clientSecret, kind)}/confirm`, {
      ...params,
      expected_payment_method_type: "card",
      use_stripe_sdk: true,
      client_secret: clientSecret,
    });
    if (intent.error) return { error: intent.error };
    return intent.status === "requires_action" && handleActions ? this.act(intent) : given(intent);
  }

  async act(intent) {
    const outcome = await challenge(asked(intent));
    const answered = await ask(this, "POST", `/sim/3ds/${intent.id}`, { client_secret: intent.client_secret, outcome });
    if (answered.error) return { error: answered.error };
    return answered.status === "requires_payment_method" ? failed(answered) : given(answered);
  }

  async handleNextAction({ clientSecret }) {
    const { error, ...found } = await this.retrieve(clientSecret);
    if (error) return { error };
    const [intent] = Object.values(found);
    return intent.status === "requires_action" ? this.act(intent) : found;
  }

  async handleCardAction(clientSecret) {
    return this.handleNextAction({ clientSecret });
  }

  async retrievePaymentIntent(clientSecret) {
    return this.retrieve(clientSecret, PAYMENT);
  }

  async retrieveSetupIntent(clientSecret) {
    return this.retrieve(clientSecret, SETUP);
  }

  async retrieve(clientSecret, kind) {
    const id = intentOf(clientSecret, kind);
    const intent = await ask(this, "GET", `${kindOf(id).path}/${id}`, { client_secret: clientSecret });
    return intent.error ? { error: intent.error } : given(intent);
  }

  async createPaymentMethod({ elements, element, params = {}, type, card, billing_details: billing }) {
    const form = elements ? elements.form() : (element ?? card);
    let data = { type: type ?? "card", card, billing_details: billing, ...params };
    if (form instanceof CardElement) {
      const { error } = form.validate();
      if (error) return { error };
      data = methodOf(form, { billing_details: billing, ...params });
    }
    const method = await ask(this, "POST", "/v1/payment_methods", data);
    return method.error ? { error: method.error } : { paymentMethod: method };
  }

  async createToken() {
    return { error: { type: "invalid_request_error", message: "stripe-sim makes no tokens: use createPaymentMethod." } };
  }

  registerAppInfo() {}

  _registerWrapper() {}
}

function methodOf(element, extra = {}) {
  const data = { type: "card", card: element.card(), ...extra };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

window.Stripe = function Stripe(key, { stripeAccount } = {}) {
  if (!/^pk_/.test(key ?? "")) throw new Error("Please call Stripe() with your publishable key. You used something else.");
  return new StripeSim(key, stripeAccount);
};
window.Stripe.version = "sim";
