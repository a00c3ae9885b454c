"""The storefront for those who see, hear or point differently, and for those with a phone."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect

from buyer import DECLINED_CARD, GOOD_CARD, Buyer, Person
from keeper import Keeper

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/cart",
    "/checkout",
    "/cancelled",
    "/success",
    "/nowhere",
    "/account",
    "/orders",
    "/subscribe/tasting-club",
    "/desk",
)
AXE = Path(__file__).parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NAMED = "axe.run().then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"


async def violations(person: Person) -> list[str]:
    """What breaks the Web Content Accessibility Guidelines on the page that is shown (axe-core's rules)."""
    await person.page.evaluate(AXE.read_text())
    found: list[str] = await person.page.evaluate(NAMED)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_breaks_the_accessibility_guidelines(buyer: Buyer, scheme: Literal["light", "dark"]) -> None:
    await buyer.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await buyer.takes("Stoneware mug", "Hand grinder")
    assert await violations(buyer) == []
    await buyer.page.goto("/cart")
    await expect(buyer.headline).to_have_text("Your cart")
    assert await violations(buyer) == []
    await buyer.goes_to_checkout()
    await buyer.pays_with(DECLINED_CARD)
    await expect(buyer.alert).to_be_visible()
    assert await violations(buyer) == []
    await buyer.pays_with(GOOD_CARD)
    await buyer.sees_it_paid()
    assert await violations(buyer) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_after_the_purchase_breaks_them(
    buyer: Buyer, keeper: Keeper, scheme: Literal["light", "dark"]
) -> None:
    for person in (buyer, keeper):
        await person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await buyer.saves_in_the_account(GOOD_CARD)
    assert await violations(buyer) == []
    await buyer.takes("Stoneware mug")
    await buyer.opens_checkout()
    await buyer.page.get_by_role("button", name="Pay $24.00 with Visa •••• 4242").click()
    await buyer.sees_it_paid()
    await keeper.page.goto("/desk")
    await expect(keeper.page.get_by_role("table")).to_be_visible()
    assert await violations(keeper) == []
    await keeper.opens(await buyer.order_id())
    await keeper.refunds("5.00")
    await expect(keeper.line("Refunds", "$5.00")).to_contain_text("succeeded")
    assert await violations(keeper) == []
    await expect(buyer.page.get_by_text("$5.00 of $24.00 refunded")).to_be_visible()
    assert await violations(buyer) == []
    await buyer.page.goto("/orders")
    await expect(buyer.page.get_by_text("$5.00 of $24.00 refunded")).to_be_visible()
    assert await violations(buyer) == []
    await buyer.chooses_plan("House beans, every month")
    assert await violations(buyer) == []
    await buyer.page.get_by_role("button", name="Subscribe").click()
    await buyer.page.get_by_role("button", name="with Visa •••• 4242").click()
    await expect(buyer.headline).to_have_text("Thank you, you are subscribed")
    assert await violations(buyer) == []


async def test_a_purchase_needs_no_mouse(buyer: Buyer) -> None:
    keyboard = buyer.page.keyboard
    await buyer.page.goto("/")
    await buyer.page.get_by_role("button", name="Add to cart Stoneware mug").focus()
    await keyboard.press("Enter")
    await buyer.page.get_by_role("link", name="Cart 1 item").focus()
    await keyboard.press("Enter")
    await expect(buyer.headline).to_be_focused()
    await buyer.page.get_by_role("link", name="Go to checkout").focus()
    await keyboard.press("Enter")
    await expect(buyer.pay_button).to_be_enabled()
    await buyer.page.get_by_label("Card number").focus()
    for text in (GOOD_CARD, "1234", "123"):
        await keyboard.type(text)
        await keyboard.press("Tab")
    await buyer.pay_button.focus()
    await keyboard.press("Enter")
    await buyer.sees_it_paid()


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_wider_than_a_phone(buyer: Buyer, path: str) -> None:
    await buyer.page.set_viewport_size({"width": 320, "height": 640})
    await buyer.takes("Paper filters", "Hand grinder")
    await buyer.page.goto(path)
    await expect(buyer.headline).to_be_visible()
    assert await buyer.page.evaluate("document.documentElement.scrollWidth") == 320
