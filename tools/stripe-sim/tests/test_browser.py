"""The Stripe.js stand-in and the hosted page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from playwright.sync_api import Error, Page, expect

if TYPE_CHECKING:
    from conftest import Sim

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><title>Shop</title><div id="payment"></div><button id="buy">Buy</button><pre id="told"></pre>
<script src="{base}/v3/"></script>
<script>
  const tell = (what) => {{ document.getElementById("told").textContent = what; }};
  const stripe = Stripe("pk_test_shop");
  const appearance = {{ variables: {{ colorPrimary: "#0a7" }} }};
  const elements = stripe.elements({{ clientSecret: "{secret}", appearance }});
  const element = elements.create("payment");
  element.on("ready", () => tell("ready"));
  element.on("change", (event) => document.body.setAttribute("data-complete", event.complete));
  element.mount("#payment");
  document.getElementById("buy").onclick = async () => {{
    const confirmParams = {{ return_url: "{base}/livez?order=1" }};
    const result = await stripe.{confirm}({{ elements, confirmParams, redirect: "{redirect}" }});
    const intent = result.paymentIntent ?? result.setupIntent;
    tell(result.error ? `${{result.error.code}}: ${{result.error.message}}` : intent.status);
  }};
</script>"""
BARE = """<!doctype html><title>Shop</title><script src="{base}/v3/"></script>
<script>window.stripe = Stripe("pk_test_shop");</script>"""


@pytest.fixture
def open_shop(sim: Sim, page: Page) -> Callable[..., str]:
    """A shop's page with the Payment Element; the id of its intent."""

    def open_it(redirect: str = "if_required", setup: stripe.SetupIntent | None = None) -> str:
        intent, confirm = (setup, "confirmSetup") if setup else (sim.intent(), "confirmPayment")
        page.goto(f"{sim.base}/livez")
        content = PAGE.format(base=sim.base, secret=intent.client_secret, redirect=redirect, confirm=confirm)
        page.set_content(content)
        expect(page.locator("#told")).to_have_text("ready")
        return intent.id

    return open_it


def test_stripe_js_acts_in_a_connected_account(sim: Sim, page: Page) -> None:
    where: Any = {"stripe_account": sim.stripe.v1.accounts.create().id}
    intent = sim.stripe.v1.payment_intents.create({"amount": 500, "currency": "eur"}, where)
    page.goto(f"{sim.base}/livez")
    page.set_content(BARE.format(base=sim.base))
    ask = "([secret, options]) => Stripe('pk_test_shop', options).retrievePaymentIntent(secret)"
    found = page.evaluate(ask, [intent.client_secret, {"stripeAccount": where["stripe_account"]}])
    assert found["paymentIntent"]["id"] == intent.id
    assert page.evaluate(ask, [intent.client_secret, {}])["error"]["code"] == "resource_missing"


def fill(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiration date").fill("12 / 34")
    page.get_by_label("Security code").fill("123")


def test_the_payment_element_pays(sim: Sim, page: Page, open_shop: Callable[..., str]) -> None:
    intent = open_shop()
    fill(page, "4242424242424242")
    expect(page.get_by_label("Card number")).to_have_value("4242 4242 4242 4242")
    expect(page.locator("body")).to_have_attribute("data-complete", "true")
    page.get_by_role("button", name="Buy").click()
    expect(page.locator("#told")).to_have_text("succeeded")
    assert sim.status_of(intent) == "succeeded"


def test_what_is_missing_is_shown_at_its_field_and_nothing_is_sent(
    sim: Sim, page: Page, open_shop: Callable[..., str]
) -> None:
    intent = open_shop()
    page.get_by_role("button", name="Buy").click()
    expect(page.locator("#told")).to_have_text("incomplete_number: Your card number is incomplete.")
    expect(page.get_by_label("Card number")).to_be_focused()
    expect(page.get_by_test_id("cvc-error")).to_have_text("Your card’s security code is incomplete.")
    assert sim.status_of(intent) == "requires_payment_method"


def test_a_decline_comes_back_as_an_error_and_another_card_pays(page: Page, open_shop: Callable[..., str]) -> None:
    open_shop()
    fill(page, "4000000000000002")
    page.get_by_role("button", name="Buy").click()
    expect(page.locator("#told")).to_have_text("card_declined: Your card was declined.")
    page.get_by_text("Test cards").click()
    page.get_by_role("button", name="4242 4242 4242 4242").click()
    page.get_by_role("button", name="Buy").click()
    expect(page.locator("#told")).to_have_text("succeeded")


@pytest.mark.parametrize(("button", "told"), [
    ("Complete", "succeeded"),
    ("Fail", re.compile("^payment_intent_authentication_failure: ")),
])  # fmt: skip
def test_the_challenge_is_a_dialog(
    page: Page, open_shop: Callable[..., str], button: str, told: str | re.Pattern[str]
) -> None:
    open_shop()
    fill(page, "4000002760003184")
    page.get_by_role("button", name="Buy").click()
    dialog = page.get_by_role("dialog", name="3D Secure authentication")
    dialog.get_by_role("button", name=button).click()
    expect(page.locator("#told")).to_have_text(told)
    expect(dialog).to_have_count(0)


def test_escape_fails_the_challenge(page: Page, open_shop: Callable[..., str]) -> None:
    open_shop()
    fill(page, "4000002760003184")
    page.get_by_role("button", name="Buy").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#told")).to_have_text(re.compile("authentication_failure"))


def test_a_redirect_brings_the_buyer_back_with_the_outcome(page: Page, open_shop: Callable[..., str]) -> None:
    intent = open_shop("always")
    fill(page, "4242424242424242")
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url(re.compile(r"/livez\?order=1&payment_intent="))
    assert f"payment_intent={intent}&payment_intent_client_secret={intent}_secret_" in page.url
    assert page.url.endswith("&redirect_status=succeeded")


@pytest.mark.parametrize(("number", "challenge", "told"), [
    ("4242424242424242", None, "succeeded"),
    ("4000002500003155", "Complete", "succeeded"),
    ("4000002500003155", "Fail", re.compile("^setup_intent_authentication_failure: ")),
    ("4000000000000002", None, "card_declined: Your card was declined."),
])  # fmt: skip
def test_the_payment_element_saves_a_card(
    sim: Sim, page: Page, open_shop: Callable[..., str], number: str, challenge: str | None, told: Any
) -> None:
    customer = sim.customer().id
    intent = open_shop(setup=sim.stripe.v1.setup_intents.create({"customer": customer}))
    fill(page, number)
    page.get_by_role("button", name="Buy").click()
    if challenge:
        dialog = page.get_by_role("dialog", name="3D Secure authentication")
        expect(dialog).to_contain_text("that this card may be saved")
        dialog.get_by_role("button", name=challenge).click()
    expect(page.locator("#told")).to_have_text(told)
    saved = [method.id for method in sim.stripe.v1.customers.payment_methods.list(customer)]
    done = sim.stripe.v1.setup_intents.retrieve(intent)
    assert saved == ([done.payment_method] if told == "succeeded" else [])


def test_a_redirect_brings_the_buyer_back_with_the_saved_card(
    sim: Sim, page: Page, open_shop: Callable[..., str]
) -> None:
    intent = open_shop("always", setup=sim.stripe.v1.setup_intents.create())
    fill(page, "4242424242424242")
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url(re.compile(r"/livez\?order=1&setup_intent="))
    assert f"setup_intent={intent}&setup_intent_client_secret={intent}_secret_" in page.url
    assert page.url.endswith("&redirect_status=succeeded")


@pytest.fixture
def run(sim: Sim, page: Page) -> Callable[..., Any]:
    """Run a method of Stripe.js on a page without a form: what it gives back."""
    page.goto(f"{sim.base}/livez")
    page.set_content(BARE.format(base=sim.base))
    page.wait_for_function("window.stripe")
    return lambda method, *args: page.evaluate(f"(args) => stripe.{method}(...args)", list(args))


def test_a_saved_card_pays_in_one_click(sim: Sim, run: Callable[..., Any]) -> None:
    customer = sim.customer(payment_method="pm_card_visa").id
    (card,) = sim.stripe.v1.customers.payment_methods.list(customer).data
    intent = sim.intent(customer=customer)
    told = run("confirmCardPayment", intent.client_secret, {"payment_method": card.id})
    assert told["paymentIntent"]["status"] == "succeeded"
    assert run("retrievePaymentIntent", intent.client_secret) == told


def test_a_challenge_of_a_payment_that_a_server_confirmed_is_a_dialog(
    sim: Sim, page: Page, run: Callable[..., Any]
) -> None:
    customer = sim.customer(payment_method="pm_card_authenticationRequired").id
    (card,) = sim.stripe.v1.customers.payment_methods.list(customer).data
    intent = sim.pay(card.id, customer=customer)
    page.evaluate(
        "(clientSecret) => { stripe.handleNextAction({ clientSecret }).then((told) => { window.told = told; }); }",
        intent.client_secret,
    )
    dialog = page.get_by_role("dialog", name="3D Secure authentication")
    expect(dialog).to_contain_text("the payment of $19.99")
    dialog.get_by_role("button", name="Complete").click()
    told: Any = page.wait_for_function("window.told").json_value()
    assert told["paymentIntent"]["status"] == "succeeded"


def test_a_card_is_set_up_without_a_form(sim: Sim, run: Callable[..., Any]) -> None:
    intent = sim.stripe.v1.setup_intents.create({"customer": sim.customer().id})
    told = run("confirmCardSetup", intent.client_secret, {"payment_method": "pm_card_visa"})
    assert told["setupIntent"]["status"] == "succeeded"
    assert run("handleNextAction", {"clientSecret": intent.client_secret}) == told
    assert run("retrieveSetupIntent", intent.client_secret) == told
    again = run("confirmCardSetup", intent.client_secret, {"payment_method": "pm_card_visa"})
    assert again["error"]["code"] == "setup_intent_unexpected_state"


def test_a_secret_of_another_kind_is_a_mistake_of_the_page(sim: Sim, run: Callable[..., Any]) -> None:
    with pytest.raises(Error, match="not that of a setupIntent"):
        run("confirmCardSetup", sim.intent().client_secret)


def test_hosted_checkout_saves_a_card(sim: Sim, page: Page) -> None:
    customer = sim.customer(email="buyer@shop.test").id
    asked: Any = {"mode": "setup", "currency": "eur", "customer": customer, "success_url": f"{sim.base}/livez"}
    session = sim.stripe.v1.checkout.sessions.create(asked)
    page.goto(str(session.url))
    expect(page.get_by_label("Email")).to_have_value("buyer@shop.test")
    fill(page, "4000002500003155")
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("dialog").get_by_role("button", name="Complete").click()
    page.wait_for_url("**/livez")
    assert len(sim.stripe.v1.customers.payment_methods.list(customer).data) == 1


@pytest.mark.parametrize(("data", "total", "button"), [
    ({}, "€25.00 per month", "Subscribe"),
    ({"trial_period_days": 14}, "14 days free", "Start trial"),
])  # fmt: skip
def test_hosted_checkout_says_how_often_is_paid_and_begins_it(
    sim: Sim, page: Page, data: Any, total: str, button: str
) -> None:
    tea = {"currency": "eur", "unit_amount": 1250, "recurring": {"interval": "month"}, "product_data": {"name": "Tea"}}
    lines = [{"price_data": tea, "quantity": 2}]
    session = sim.session(
        mode="subscription", line_items=lines, subscription_data=data, success_url=f"{sim.base}/livez"
    )
    page.goto(str(session.url))
    expect(page.get_by_test_id("total")).to_have_text(total)
    expect(page.get_by_text("billed per month")).to_be_visible()
    page.get_by_label("Email").fill("buyer@shop.test")
    fill(page, "4242424242424242")
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/livez")
    begun = sim.stripe.v1.subscriptions.list().data[0]
    assert begun.status == ("trialing" if data else "active")


def test_hosted_checkout_writes_money_in_the_buyers_language(sim: Sim, page: Page) -> None:
    page.goto(str(sim.session(locale="de").url))
    expect(page.get_by_test_id("total")).to_have_text("25,00\u00a0€")


def test_hosted_checkout_is_paid_by_keyboard_alone(sim: Sim, page: Page) -> None:
    session = sim.session(success_url=sim.base + "/livez?session={CHECKOUT_SESSION_ID}")
    page.goto(str(session.url))
    page.get_by_label("Email").focus()
    page.keyboard.type("buyer@shop.test")
    for typed in ("4242424242424242", "1234", "123"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/livez?session={session.id}")
    assert sim.stripe.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_hosted_checkout_shows_a_decline_and_takes_a_card_with_a_challenge(sim: Sim, page: Page) -> None:
    session = sim.session(success_url=f"{sim.base}/livez", cancel_url=f"{sim.base}/readyz", locale="en")
    page.goto(str(session.url))
    expect(page.get_by_test_id("total")).to_have_text("€25.00")
    page.get_by_label("Email").fill("buyer@shop.test")
    fill(page, "4000000000009995")
    page.get_by_role("button", name="Pay €25.00").click()
    expect(page.get_by_role("alert")).to_have_text("Your card has insufficient funds.")
    fill(page, "4000002760003184")
    page.get_by_role("button", name="Pay €25.00").click()
    page.get_by_role("dialog").get_by_role("button", name="Complete").click()
    page.wait_for_url("**/livez")
    page.goto(str(session.url))
    expect(page.get_by_test_id("checkout-complete")).to_be_visible()


def test_the_back_link_leads_to_the_shop(sim: Sim, page: Page) -> None:
    session = sim.session(cancel_url=f"{sim.base}/readyz")
    page.goto(str(session.url))
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/readyz")


def test_a_narrow_phone_needs_no_sideways_scrolling(sim: Sim, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(str(sim.session().url))
    page.get_by_text("Test cards").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
