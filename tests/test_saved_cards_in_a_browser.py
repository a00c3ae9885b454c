"""A buyer saves a card, and pays with it in one click from then on."""

import pytest
from playwright.async_api import expect

from buyer import CHALLENGED_CARD, GOOD_CARD, Buyer
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
