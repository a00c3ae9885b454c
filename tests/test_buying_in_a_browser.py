"""Somebody buys at the storefront, with everything real between the click and the browser's "paid" but Stripe."""

import re

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from buyer import (
    CHALLENGED_CARD,
    DECLINED_CARD,
    GOOD_CARD,
    LOST_CONNECTION,
    REFUSED_LATER_CARD,
    SLOW_CARD,
    Buyer,
)
from running_house import RunningHouse
from shop_server import ShopServer

pytestmark = pytest.mark.browser


async def cut_off(route: Route) -> None:
    """As when the network is gone."""
    await route.abort("connectionfailed")


class Wire:
    """The WebSocket's way to the server, which can be cut."""

    def __init__(self) -> None:
        self._is_cut = False
        self._carried: WebSocketRoute | None = None

    async def carry(self, socket: WebSocketRoute) -> None:
        """Connect it, unless the wire is cut."""
        if self._is_cut:
            await socket.close(code=1011)
            return
        self._carried = socket
        socket.connect_to_server()

    async def cut(self) -> None:
        """Nothing goes through any more."""
        self._is_cut = True
        if self._carried:
            await self._carried.close(code=1011)

    def mend(self) -> None:
        """Whoever connects from now on gets through."""
        self._is_cut = False


async def test_a_card_purchase_turns_paid_without_a_reload(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("Stoneware mug", "Gooseneck kettle", "Stoneware mug")
    await buyer.goes_to_checkout()
    await expect(buyer.pay_button).to_have_text("Pay $137.00")
    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert (order["status"], order["captured"], order["currency"]) == ("paid", 13700, "usd")
    await expect(buyer.page.get_by_role("link", name="Cart 0 items")).to_be_visible()


async def test_a_currency_without_cents_is_charged_as_shown(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.page.goto("/")
    await buyer.page.get_by_label("Currency").select_option("jpy")
    await buyer.takes("Stoneware mug")
    await buyer.goes_to_checkout()
    await expect(buyer.pay_button).to_have_text("Pay ¥3,600")
    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert (order["captured"], order["currency"]) == (3600, "jpy")


async def test_after_a_declined_card_another_card_pays_the_same_order(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("House beans")
    await buyer.goes_to_checkout()
    await buyer.pays_with(DECLINED_CARD)
    await expect(buyer.alert).to_contain_text("declined")
    await expect(buyer.pay_button).to_be_enabled()
    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert [payment["payment_intent_id"] for payment in order["payments"]] == [buyer.payment_intent_id()]
    assert order["captured"] == order["amount"] == 1650


async def test_three_d_secure_completed_pays(buyer: Buyer) -> None:
    await buyer.takes("Hand grinder")
    await buyer.goes_to_checkout()
    await buyer.pays_with(CHALLENGED_CARD)
    await buyer.answers_the_bank("Complete")
    await buyer.sees_it_paid()


async def test_three_d_secure_failed_charges_nothing_and_can_be_tried_again(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("Hand grinder")
    await buyer.goes_to_checkout()
    await buyer.pays_with(CHALLENGED_CARD)
    await buyer.answers_the_bank("Fail")
    await expect(buyer.alert).to_contain_text("Nothing was charged")
    await expect(buyer.pay_button).to_be_enabled()
    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert (order["captured"], order["flags"]) == (12900, [])


async def test_a_slow_bank_shows_as_processing_and_then_paid(buyer: Buyer) -> None:
    await buyer.takes("Paper filters")
    await buyer.goes_to_checkout()
    await buyer.pays_with(SLOW_CARD)
    await expect(buyer.page.get_by_role("status")).to_contain_text("Your bank is working on the payment")
    await buyer.sees_it_paid()


async def test_what_a_slow_bank_refuses_is_back_in_the_cart(buyer: Buyer) -> None:
    await buyer.takes("Paper filters")
    await buyer.goes_to_checkout()
    await buyer.pays_with(REFUSED_LATER_CARD)
    await expect(buyer.headline).to_have_text("The payment did not go through")
    await expect(buyer.page.get_by_role("link", name="Cart 1 item")).to_be_visible()
    await buyer.page.get_by_role("link", name="Try again").click()
    await expect(buyer.pay_button).to_be_enabled()


async def test_the_hosted_page_takes_the_money_and_brings_the_buyer_back(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("Ceramic dripper")
    await buyer.goes_to_checkout()
    await buyer.page.get_by_role("button", name="Continue to Stripe").click()
    await buyer.page.wait_for_url("**/c/pay/**")
    await buyer.page.get_by_label("Email").fill("ada@example.com")
    await buyer.pays_with(GOOD_CARD)
    await buyer.page.wait_for_url("**/success?session_id=cs_*")
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert (order["status"], order["captured"]) == ("paid", 3200)


async def test_turning_back_from_the_hosted_page_keeps_the_cart(buyer: Buyer) -> None:
    await buyer.takes("Ceramic dripper")
    await buyer.goes_to_checkout()
    await buyer.page.get_by_role("button", name="Continue to Stripe").click()
    await buyer.page.get_by_role("link", name=re.compile("back|cancel", re.IGNORECASE)).first.click()
    await expect(buyer.headline).to_have_text("Nothing was charged")
    await expect(buyer.page.get_by_role("link", name="Cart 1 item")).to_be_visible()


async def test_a_reload_at_the_checkout_is_the_same_order(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("Stoneware mug")
    async with buyer.page.expect_response("**/v1/payment-intents") as first:
        await buyer.goes_to_checkout()
    before = await (await first.value).json()
    async with buyer.page.expect_response("**/v1/payment-intents") as second:
        await buyer.page.reload()
    after = await (await second.value).json()
    assert after["payment_intent_id"] == before["payment_intent_id"]

    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()
    assert await buyer.order_id() == before["order_id"]


async def test_a_reload_of_the_success_page_finds_the_order_again(buyer: Buyer) -> None:
    await buyer.takes("Stoneware mug")
    await buyer.goes_to_checkout()
    await buyer.pays_with(SLOW_CARD)
    await expect(buyer.headline).to_have_text("Thank you, we have your order")
    order_id = await buyer.order_id()
    await buyer.page.reload()
    await buyer.sees_it_paid()
    assert await buyer.order_id() == order_id
    assert "client_secret" not in buyer.page.url


async def test_a_bank_that_comes_back_in_another_tab_shows_the_order_too(buyer: Buyer) -> None:
    buyer.expects(LOST_CONNECTION)
    await buyer.takes("Stoneware mug")
    await buyer.goes_to_checkout()
    await buyer.page.route("**/success?*", cut_off)
    async with buyer.page.expect_request("**/success?*") as coming_back:
        await buyer.pays_with(GOOD_CARD)
    other_tab = Buyer(buyer.context, await buyer.context.new_page())
    await other_tab.page.goto((await coming_back.value).url)
    await other_tab.sees_it_paid()
    assert other_tab.complaints == []


async def test_a_cut_websocket_comes_back_and_tells_what_was_missed(buyer: Buyer, house: RunningHouse) -> None:
    buyer.expects(LOST_CONNECTION)
    await buyer.takes("Stoneware mug")
    await buyer.goes_to_checkout()
    await buyer.pays_with(SLOW_CARD)
    await expect(buyer.headline).to_have_text("Thank you, we have your order")
    await house.restart("notifier")
    await buyer.sees_it_paid()


async def test_a_lost_connection_is_shown_and_recovers(buyer: Buyer) -> None:
    wire = Wire()
    await buyer.page.route_web_socket("**/v1/stream", wire.carry)
    await buyer.takes("Stoneware mug")
    await buyer.goes_to_checkout()
    await buyer.pays_with(SLOW_CARD)
    await expect(buyer.headline).to_have_text("Thank you, we have your order")
    await wire.cut()
    await expect(buyer.page.get_by_text("The connection is interrupted")).to_be_visible()
    wire.mend()
    await buyer.sees_it_paid()
    await expect(buyer.page.get_by_text("The connection is interrupted")).to_be_hidden()


async def test_a_double_click_pays_once(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("Stoneware mug")
    await buyer.goes_to_checkout()
    await buyer.types(GOOD_CARD)
    await buyer.pay_button.dblclick()
    await buyer.sees_it_paid()

    order = await shop.order(await buyer.order_id())
    assert order is not None
    assert (order["captured"], len(order["payments"]), order["flags"]) == (2400, 1, [])


async def test_a_shop_that_cannot_be_reached_says_so_and_is_tried_again(buyer: Buyer) -> None:
    buyer.expects(LOST_CONNECTION)
    await buyer.page.route("**/v1/payment-intents", cut_off)
    await buyer.takes("Stoneware mug")
    await buyer.page.goto("/checkout")
    await expect(buyer.alert).to_contain_text("We cannot reach the shop right now")
    await buyer.page.unroute("**/v1/payment-intents")
    await buyer.page.get_by_role("button", name="Try again").click()
    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()
