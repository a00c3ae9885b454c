"""The shop gives money back, and the buyer sees it on the page that is open already."""

import pytest
from playwright.async_api import expect

from buyer import Buyer
from keeper import Keeper
from shop_server import ShopServer

pytestmark = pytest.mark.browser

RETURNED_CARD = "4000000000005126"
"""Its refunds succeed at first, and then come back."""
SLOWLY_REFUNDED_CARD = "4000000000007726"


async def held_order(shop: ShopServer) -> str:
    """An order whose money the buyer's bank holds. Its id."""
    wanted = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd", "capture_method": "manual"}
    placed = (await shop.asks_for_payment(wanted)).body
    await shop.confirms(placed["payment_intent_id"])
    await shop.sees(placed["order_id"], lambda order: order["status"] == "authorized")
    return str(placed["order_id"])


@pytest.mark.shows("POST /v1/orders/{order_id}/refunds", "charge.refunded")
async def test_refunds_show_on_the_buyers_page_without_a_reload(buyer: Buyer, keeper: Keeper, shop: ShopServer) -> None:
    order_id = await buyer.buys("Stoneware mug")
    await keeper.opens(order_id)
    await keeper.refunds("5.00")
    await expect(buyer.page.get_by_text("$5.00 of $24.00 refunded")).to_be_visible()
    await expect(buyer.refunds).to_have_text(["$5.00refunded"])
    await expect(keeper.stands).to_contain_text("partially refunded")

    await keeper.refunds("2,50")
    await expect(buyer.page.get_by_text("$7.50 of $24.00 refunded")).to_be_visible()
    await keeper.page.get_by_role("button", name="Refund all that is left").click()
    await expect(buyer.headline).to_have_text("Your order was refunded")
    await expect(buyer.refunds).to_have_count(3)
    await expect(buyer.refunds.filter(has_text="$16.50")).to_have_text("$16.50refunded")

    order = await shop.order(order_id)
    assert order is not None
    assert (order["status"], order["refunded"]) == ("refunded", 2400)


async def test_a_partly_refunded_order_says_so_wherever_it_is_shown(buyer: Buyer, keeper: Keeper) -> None:
    order_id = await buyer.buys("Stoneware mug")
    await keeper.opens(order_id)
    await keeper.refunds("5")
    await buyer.page.get_by_role("link", name="Orders").click()
    line = buyer.page.get_by_role("listitem").filter(has_text="1 × Stoneware mug")
    await expect(line).to_contain_text("$5.00 of $24.00 refunded")
    await line.get_by_role("link").click()
    await expect(buyer.headline).to_have_text("Thank you, it is paid")
    await expect(buyer.page.get_by_text("$5.00 of $24.00 refunded")).to_be_visible()


async def test_more_than_is_left_is_refused_with_the_amount_that_is_left(buyer: Buyer, keeper: Keeper) -> None:
    order_id = await buyer.buys("Stoneware mug")
    await keeper.opens(order_id)
    keeper.expects_refusal()
    await keeper.refunds("24.01")
    await expect(keeper.alert).to_have_text("At most $24.00 can be refunded.")
    await keeper.refunds("a little")
    await expect(keeper.alert).to_contain_text("such as 5.00")


@pytest.mark.shows("refund.updated")
async def test_a_slow_refund_is_on_its_way_and_then_there(buyer: Buyer, keeper: Keeper) -> None:
    order_id = await buyer.buys("Stoneware mug", card=SLOWLY_REFUNDED_CARD)
    await keeper.opens(order_id)
    await keeper.refunds("10.00")
    await expect(keeper.line("Refunds", "$10.00")).to_contain_text("succeeded")
    await expect(buyer.refunds).to_have_text(["$10.00refunded"])


@pytest.mark.shows("refund.failed")
async def test_a_refund_that_comes_back_leaves_the_order_paid(buyer: Buyer, keeper: Keeper) -> None:
    order_id = await buyer.buys("Stoneware mug", card=RETURNED_CARD)
    await keeper.opens(order_id)
    await keeper.refunds("10.00")
    await expect(keeper.line("Refunds", "$10.00")).to_contain_text("failed")
    await expect(keeper.stands).to_have_text("paid")
    await expect(buyer.refunds).to_contain_text(["could not be delivered"])
    await expect(buyer.headline).to_have_text("Thank you, it is paid")


@pytest.mark.shows("POST /v1/orders/{order_id}/capture")
async def test_held_money_is_captured_at_the_desk(keeper: Keeper, shop: ShopServer) -> None:
    await keeper.opens(await held_order(shop))
    await expect(keeper.stands).to_have_text("authorized")
    await keeper.page.get_by_role("button", name="Capture").click()
    await expect(keeper.stands).to_have_text("paid")


@pytest.mark.shows("POST /v1/orders/{order_id}/cancel")
async def test_held_money_is_let_go_of_at_the_desk(keeper: Keeper, shop: ShopServer) -> None:
    await keeper.opens(await held_order(shop))
    await keeper.page.get_by_role("button", name="Cancel the order").click()
    await expect(keeper.stands).to_have_text("canceled")
    await expect(keeper.line("What happened", "payment_intent.canceled").first).to_be_visible()
