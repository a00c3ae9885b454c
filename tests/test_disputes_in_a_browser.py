"""A buyer's bank disputes a payment: the shop sees what is at stake, the buyer is told calmly."""

import re

import pytest
from playwright.async_api import expect

from buyer import DISPUTED_CARD, Buyer
from keeper import Keeper
from shop_server import ShopServer

pytestmark = pytest.mark.browser


async def disputed(buyer: Buyer, keeper: Keeper, shop: ShopServer) -> str:
    """An order that the buyer's bank disputes, open on both screens. The dispute's id."""
    order_id = await buyer.buys("Stoneware mug", card=DISPUTED_CARD)
    await keeper.opens(order_id)
    await expect(keeper.stands).to_have_text("disputed")
    order = await shop.sees(order_id, lambda order: bool(order["disputes"]) and order["disputes"][0]["funds_withdrawn"])
    return str(order["disputes"][0]["dispute_id"])


@pytest.mark.shows("charge.dispute.created", "charge.dispute.funds_withdrawn")
async def test_a_dispute_shows_as_each_side_wants_to_see_it(buyer: Buyer, keeper: Keeper, shop: ShopServer) -> None:
    await disputed(buyer, keeper, shop)
    line = keeper.line("Disputes", "$24.00")
    await expect(line).to_contain_text("fraudulent")
    await expect(line).to_contain_text("answer it")
    await expect(line).to_contain_text("Answer it by ")
    await expect(line).to_contain_text("The bank has taken the money.")
    await expect(keeper.line("What happened", "charge.dispute.funds_withdrawn").first).to_be_visible()

    await expect(buyer.headline).to_have_text("Thank you, it is paid")
    await expect(buyer.page.get_by_text("Your bank is looking into $24.00")).to_be_visible()
    await expect(buyer.page.get_by_text(re.compile("fraud|dispute", re.IGNORECASE))).to_have_count(0)


@pytest.mark.shows("charge.dispute.closed", "charge.dispute.funds_reinstated")
async def test_a_dispute_that_is_won_leaves_the_order_paid(buyer: Buyer, keeper: Keeper, shop: ShopServer) -> None:
    dispute = await disputed(buyer, keeper, shop)
    await shop.sim("POST", f"/objects/{dispute}/win")
    await expect(keeper.line("Disputes", "$24.00")).to_contain_text("won")
    await expect(keeper.line("Disputes", "$24.00")).to_contain_text("The money is with us.")
    await expect(keeper.stands).to_have_text("paid")
    await expect(buyer.page.get_by_text("Your bank is looking into")).to_be_hidden()


async def test_a_dispute_that_is_lost_is_said_to_both(buyer: Buyer, keeper: Keeper, shop: ShopServer) -> None:
    dispute = await disputed(buyer, keeper, shop)
    await shop.sim("POST", f"/objects/{dispute}/lose")
    await expect(keeper.stands).to_have_text("dispute lost")
    await expect(keeper.line("Disputes", "$24.00")).to_contain_text("lost")
    await expect(buyer.headline).to_have_text("Your bank took this payment back")


async def test_the_desk_leads_to_where_the_bank_is_played(buyer: Buyer, keeper: Keeper) -> None:
    await keeper.opens(await buyer.buys("Stoneware mug"))
    link = keeper.page.get_by_role("link", name="Play the bank and the buyer")
    await expect(link).to_have_attribute("href", re.compile(f"#/object/{buyer.payment_intent_id()}$"))
