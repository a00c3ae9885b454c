"""A buyer subscribes, watches the subscription live, changes it and ends it."""

import re

import pytest
from playwright.async_api import expect

from buyer import CHALLENGED_CARD, DECLINED_CARD, GOOD_CARD, Buyer
from shop_server import Json, ShopServer

pytestmark = pytest.mark.browser

A_DAY = re.compile(r"[A-Z][a-z]+ \d{1,2}, 20\d\d")


async def test_a_subscription_is_paid_and_shown_with_its_next_payment(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.chooses_plan("House beans, every month", quantity=2)
    await expect(buyer.page.get_by_role("heading", name="$29.00 per month")).to_be_visible()
    await buyer.page.get_by_role("button", name="Subscribe").click()
    await buyer.pays_with(GOOD_CARD)
    await expect(buyer.headline).to_have_text("Thank you, you are subscribed")
    await expect(buyer.fact("House beans, every month")).to_have_text("2 × $14.50 per month")
    await expect(buyer.fact("Next payment")).to_have_text(A_DAY)
    await expect(buyer.fact("Last payment")).to_have_text("$29.00, paid")

    subscription = await shop.subscription(await buyer.subscription_id())
    assert subscription["status"] == "active"
    assert [(item["sku"], item["quantity"]) for item in subscription["items"]] == [("beans-monthly", 2)]


async def test_a_trial_saves_the_card_and_charges_nothing(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.chooses_plan("Tasting club")
    await expect(buyer.page.get_by_text("14 days free")).to_be_visible()
    await buyer.page.get_by_role("button", name="Start 14 free days").click()
    await buyer.types(GOOD_CARD)
    await buyer.page.get_by_role("button", name="Save the card and start").click()
    await expect(buyer.headline).to_have_text("Your free days have begun")
    await expect(buyer.fact("First payment")).to_have_text(A_DAY)
    await expect(buyer.fact("Last payment")).to_have_text("$0.00, nothing to pay")

    subscription = await shop.subscription(await buyer.subscription_id())
    assert (subscription["status"], subscription["invoices"][0]["payments"]) == ("trialing", [])


async def test_a_bank_that_asks_is_answered_before_the_subscription_begins(buyer: Buyer) -> None:
    await buyer.chooses_plan("House beans, every month")
    await buyer.page.get_by_role("button", name="Subscribe").click()
    await buyer.pays_with(DECLINED_CARD)
    await expect(buyer.alert).to_contain_text("declined")
    await buyer.pays_with(CHALLENGED_CARD)
    await buyer.answers_the_bank("Complete")
    await expect(buyer.headline).to_have_text("Thank you, you are subscribed")


@pytest.mark.shows("PATCH /v1/subscriptions/{subscription_id}", "POST /v1/subscriptions/{subscription_id}/cancel")
async def test_a_subscription_is_changed_and_ended_from_its_page(buyer: Buyer) -> None:
    await buyer.subscribes("House beans, every month")
    await buyer.page.get_by_role("button", name="One House beans, every month more").click()
    await expect(buyer.fact("House beans, every month")).to_have_text("2 × $14.50 per month")
    await buyer.page.get_by_role("button", name="End it with the period").click()
    await expect(buyer.headline).to_have_text("Your subscription is ending")
    await expect(buyer.fact("Ends")).to_have_text(A_DAY)
    await buyer.page.get_by_role("button", name="Let it go on").click()
    await expect(buyer.headline).to_have_text("Thank you, you are subscribed")
    await buyer.page.get_by_role("button", name="End it now").click()
    await expect(buyer.headline).to_have_text("Your subscription has ended")
    await expect(buyer.page.get_by_role("button", name="End it now")).to_be_hidden()


@pytest.mark.shows("customer.subscription.updated", "invoice.payment_failed")
async def test_a_renewal_that_fails_shows_as_overdue_without_a_reload(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.subscribes("House beans, every month")
    subscription = await shop.subscription(await buyer.subscription_id())
    await shop.sim("POST", f"/objects/{subscription['stripe_subscription_id']}/fail_renewal")
    await expect(buyer.headline).to_have_text("The last payment did not go through")
    await expect(buyer.fact("Last payment")).to_have_text("$14.50, not paid yet")


@pytest.mark.shows("GET /v1/subscriptions/{subscription_id}/payment", "customer.subscription.updated")
async def test_a_renewal_that_failed_is_paid_with_another_card(buyer: Buyer, shop: ShopServer) -> None:
    subscription = await renews(buyer, shop, "fail_renewal")
    await expect(buyer.headline).to_have_text("The last payment did not go through")
    await buyer.page.get_by_role("button", name="Pay now").click()
    await buyer.pays_with(DECLINED_CARD)
    await expect(buyer.alert).to_contain_text("declined")
    await buyer.pays_with(GOOD_CARD)
    await sees_all_paid(buyer)
    assert await invoices_of(shop, subscription) == ["paid", "paid"]


@pytest.mark.shows("invoice.payment_action_required")
async def test_a_renewal_that_the_bank_asks_about_is_confirmed_on_the_page(buyer: Buyer, shop: ShopServer) -> None:
    subscription = await renews(buyer, shop, "renew", card=CHALLENGED_CARD)
    await expect(buyer.page.get_by_text("Your bank wants to hear from you")).to_be_visible()
    await buyer.page.get_by_role("button", name="Confirm payment").click()
    await buyer.answers_the_bank("Complete")
    await sees_all_paid(buyer)
    assert await invoices_of(shop, subscription) == ["paid", "paid"]


async def test_a_renewal_that_was_not_confirmed_is_paid_with_another_card(buyer: Buyer, shop: ShopServer) -> None:
    subscription = await renews(buyer, shop, "renew", card=CHALLENGED_CARD)
    await buyer.page.get_by_role("button", name="Confirm payment").click()
    await buyer.answers_the_bank("Fail")
    await expect(buyer.alert).to_be_visible()
    await buyer.pays_with(GOOD_CARD)
    await sees_all_paid(buyer)
    assert await invoices_of(shop, subscription) == ["paid", "paid"]


async def renews(buyer: Buyer, shop: ShopServer, action: str, *, card: str = GOOD_CARD) -> Json:
    """A subscription, paid with the card, whose next period begins like this."""
    await buyer.subscribes("House beans, every month", card=card)
    subscription = await shop.subscription(await buyer.subscription_id())
    await shop.sim("POST", f"/objects/{subscription['stripe_subscription_id']}/{action}")
    return subscription


async def sees_all_paid(buyer: Buyer) -> None:
    """Without a reload, and nothing is left to press."""
    await expect(buyer.headline).to_have_text("Thank you, you are subscribed")
    await expect(buyer.fact("Last payment")).to_have_text("$14.50, paid")
    await expect(buyer.page.get_by_role("button", name=re.compile("^(Pay|Confirm)"))).to_have_count(0)


async def invoices_of(shop: ShopServer, subscription: Json) -> list[str]:
    """How each stands for order-service."""
    return [invoice["status"] for invoice in (await shop.subscription(subscription["subscription_id"]))["invoices"]]


async def test_subscriptions_are_listed_in_the_account_as_they_stand(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.subscribes("House beans, every month")
    subscription = await shop.subscription(await buyer.subscription_id())
    await buyer.page.get_by_role("link", name="Account").click()
    line = buyer.page.get_by_role("listitem").filter(has_text="House beans, every month")
    await expect(line).to_contain_text("active")
    await shop.sim("POST", f"/objects/{subscription['stripe_subscription_id']}/fail_renewal")
    await expect(line).to_contain_text("payment overdue")
    await line.get_by_role("link").click()
    await expect(buyer.headline).to_have_text("The last payment did not go through")
