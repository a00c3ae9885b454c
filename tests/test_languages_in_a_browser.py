"""The shop in other languages and currencies."""

import re

import pytest
from playwright.async_api import expect

from buyer import GOOD_CARD, Buyer
from shop_server import ShopServer

pytestmark = pytest.mark.browser


async def test_a_buyer_turns_to_japanese_and_yen_and_pays(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.page.goto("/")
    await buyer.page.get_by_label("Language").select_option("日本語")
    await expect(buyer.page.locator("html")).to_have_attribute("lang", "ja")
    await buyer.page.get_by_label("通貨").select_option("jpy")
    await buyer.page.get_by_role("button", name="カートに入れる Stoneware mug").click()
    await buyer.page.get_by_role("link", name="カート").click()
    await buyer.page.get_by_role("link", name="お支払いへ進む").click()
    await buyer.types(GOOD_CARD)
    await buyer.page.get_by_role("button", name=re.compile("3,600 を支払う$")).click()
    await expect(buyer.headline).to_have_text("お支払いが完了しました")

    order = await shop.order(await buyer.fact("注文番号").inner_text())
    assert order is not None
    assert (order["status"], order["captured"], order["currency"]) == ("paid", 3600, "jpy")


async def test_stripes_own_page_speaks_the_buyers_language(buyer: Buyer, shop: ShopServer) -> None:
    await buyer.takes("Stoneware mug")
    await buyer.page.get_by_label("Language").select_option("Deutsch")
    await buyer.page.goto("/checkout")
    await buyer.page.get_by_role("button", name="Weiter zu Stripe").click()
    await buyer.page.wait_for_url("**/c/pay/**")
    session = buyer.page.url.rpartition("/")[2].partition("?")[0].partition("#")[0]
    assert (await shop.stripe("GET", f"/v1/checkout/sessions/{session}"))["locale"] == "de"


async def test_a_price_per_month_and_its_day_are_written_by_language(buyer: Buyer) -> None:
    await buyer.page.goto("/")
    await buyer.page.get_by_label("Language").select_option("Deutsch")
    await buyer.page.get_by_label("Währung").select_option("eur")
    await buyer.page.get_by_role("link", name="Abonnieren House beans").click()
    await expect(buyer.page.get_by_role("heading", level=2)).to_have_text("13,00\N{NO-BREAK SPACE}€ pro Monat")
    await buyer.page.get_by_role("button", name="Abonnieren").click()
    await buyer.types(GOOD_CARD)
    await buyer.page.get_by_role("button", name="bezahlen").click()
    await expect(buyer.headline).to_have_text("Danke, Sie sind dabei")
    await expect(buyer.fact("Letzte Zahlung")).to_have_text("13,00\N{NO-BREAK SPACE}€, bezahlt")
