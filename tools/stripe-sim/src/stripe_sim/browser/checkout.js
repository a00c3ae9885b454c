// The hosted page: pays the session with what was typed, then sends the buyer back to the shop.
(() => {
  const form = document.getElementById("pay");
  if (!form) return;
  const { session, key, account, locale } = form.dataset;
  const stripe = window.Stripe(key, { stripeAccount: account || undefined });
  const elements = stripe.elements();
  const button = form.querySelector("button[type=submit]");
  const message = document.getElementById("message");
  elements.create("payment").mount("#card");

  for (const node of document.querySelectorAll("[data-amount]")) {
    const format = new Intl.NumberFormat(locale === "auto" ? undefined : locale, {
      style: "currency",
      currency: node.dataset.currency,
    });
    node.textContent = format.format(node.dataset.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  }

  function waiting(yes) {
    button.disabled = yes;
    form.toggleAttribute("aria-busy", yes);
    button.classList.toggle("busy", yes);
  }

  async function post(step, params) {
    const answer = await fetch(`/c/pay/${session}/${step}`, { method: "POST", body: new URLSearchParams(params) });
    return answer.json();
  }

  async function pay() {
    const email = form.elements.email.value.trim();
    const method = await stripe.createPaymentMethod({ elements, params: { billing_details: { email } } });
    if (method.error) return method;
    const step = await post("confirm", { email, payment_method: method.paymentMethod.id });
    if (!step.client_secret) return step;
    const action = await stripe.handleNextAction({ clientSecret: step.client_secret });
    return action.error ? action : post("finish", {});
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    message.textContent = "";
    waiting(true);
    const result = await pay().catch(() => ({ error: { message: "We could not reach the payment page. Please try again." } }));
    if (result.url) return location.assign(result.url);
    waiting(false);
    message.textContent = result.error?.message ?? "";
    message.focus();
  });
})();
