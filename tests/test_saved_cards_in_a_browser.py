"""A buyer saves a card, and pays with it in one click from then on."""

import pytest
from playwright.async_api import expect

from buyer import CHALLENGED_CARD, DECLINED_CARD, GOOD_CARD, REFUSED_WHEN_CHARGED_CARD, Buyer
from shop_server import ShopServer

pytestmark = pytest.mark.browser


@pytest.mark.shows("GET /v1/customers/{customer_id}/payment-methods", "POST /v1/customers/{customer_id}/tokens")
async def test_a_saved_card_pays_the_next_order_in_one_click(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.saves(GOOD_CARD, while_buying="Paper filters")
    first = await buyer.order_id()

    await buyer.takes("Stoneware mug")
    await buyer.opens_checkout()
    await buyer.page.get_by_role("button", name="Pay $24.00 with Visa •••• 4242").click()
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert order["order_id"] != first
    assert (order["status"], order["captured"], len(order["payments"])) == ("paid", 2400, 1)


async def test_a_saved_card_that_the_bank_asks_about_pays_after_the_challenge(buyer: Buyer) -> None:
    await buyer.saves(CHALLENGED_CARD, while_buying="Paper filters")
    await buyer.takes("Stoneware mug")
    await buyer.opens_checkout()
    await buyer.page.get_by_role("button", name="with Visa •••• 3184").click()
    await buyer.answers_the_bank("Fail")
    await expect(buyer.alert).to_contain_text("Nothing was charged")
    await buyer.page.get_by_role("button", name="with Visa •••• 3184").click()
    await buyer.answers_the_bank("Complete")
    await buyer.sees_it_paid()


async def test_a_declined_saved_card_leaves_the_order_to_another_card(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.saves_in_the_account(REFUSED_WHEN_CHARGED_CARD)
    await buyer.takes("Stoneware mug")
    await buyer.opens_checkout()
    await buyer.page.get_by_role("button", name="with Visa •••• 0341").click()
    await expect(buyer.alert).to_contain_text("declined")
    await buyer.types(GOOD_CARD)
    await buyer.page.get_by_role("button", name="Pay $24.00", exact=True).click()
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert (order["captured"], len(order["payments"])) == (2400, 1)


@pytest.mark.shows("POST /v1/customers/{customer_id}/setup-intents")
@pytest.mark.shows("DELETE /v1/customers/{customer_id}/payment-methods/{payment_method_id}")
async def test_a_card_is_saved_and_removed_in_the_account(buyer: Buyer) -> None:
    await buyer.saves_in_the_account(GOOD_CARD)
    await buyer.page.get_by_role("button", name="Remove Visa •••• 4242").click()
    await expect(buyer.page.get_by_text("No card is saved")).to_be_visible()
    await buyer.page.reload()
    await expect(buyer.page.get_by_text("No card is saved")).to_be_visible()


async def test_a_card_that_cannot_be_saved_says_why(buyer: Buyer) -> None:
    await buyer.page.goto("/account")
    await buyer.page.get_by_role("button", name="Add a card").click()
    await buyer.types(DECLINED_CARD)
    await buyer.page.get_by_role("button", name="Save this card").click()
    await expect(buyer.alert).to_contain_text("declined")
    await buyer.types(GOOD_CARD)
    await buyer.page.get_by_role("button", name="Save this card").click()
    await expect(buyer.page.get_by_text("Visa •••• 4242")).to_be_visible()
