"""A person at the storefront: what they see, press and type."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Error, Locator, Page, expect

GOOD_CARD: Final = "4242424242424242"
DECLINED_CARD: Final = "4000000000000002"
CHALLENGED_CARD: Final = "4000002760003184"
SLOW_CARD: Final = "4000009900000004"
REFUSED_LATER_CARD: Final = "4000009900000012"
REFUSED_WHEN_CHARGED_CARD: Final = "4000000000000341"
"""It can be saved, and then every bank says no."""
DISPUTED_CARD: Final = "4000000000000259"

REFUSED_CARD = re.compile(r"Failed to load resource: the server responded with a status of 402")
"""Every browser reports a declined card as an error; it is an answer."""
LOST_CONNECTION = re.compile(r"WebSocket connection to .* failed|net::ERR_")


class Person:
    """Looks at the shop in one browser tab."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.complaints: list[str] = []
        self._expected = [REFUSED_CARD]
        page.on("console", self._hear)
        page.on("pageerror", self._see_fail)

    def expects(self, complaint: re.Pattern[str]) -> None:
        """The story brings this about: the browser may complain of it."""
        self._expected.append(complaint)

    @property
    def headline(self) -> Locator:
        """What the page is about."""
        return self.page.get_by_role("heading", level=1)

    @property
    def alert(self) -> Locator:
        """What went wrong, in a sentence."""
        return self.page.get_by_role("alert")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(message.text)

    def _see_fail(self, error: Error) -> None:
        self._note(str(error))

    def _note(self, text: str) -> None:
        if not any(pattern.search(text) for pattern in self._expected):
            self.complaints.append(text)


class Buyer(Person):
    """Buys things."""

    async def takes(self, *products: str) -> None:
        """Open the shop and put one of each into the cart."""
        await self.page.goto("/")
        for product in products:
            await self.page.get_by_role("button", name=f"Add to cart {product}").click()

    async def opens_checkout(self) -> None:
        """Through the cart."""
        await self.page.get_by_role("link", name=re.compile("^Cart")).click()
        await self.page.get_by_role("link", name="Go to checkout").click()

    async def goes_to_checkout(self) -> None:
        """Through the cart, as far as the payment form."""
        await self.opens_checkout()
        await expect(self.pay_button).to_be_enabled()

    async def buys(self, product: str, *, card: str = GOOD_CARD) -> str:
        """One of it, as far as the page that says paid. The order's id."""
        await self.takes(product)
        await self.goes_to_checkout()
        await self.pays_with(card)
        await self.sees_it_paid()
        return await self.order_id()

    async def saves(self, card: str, *, while_buying: str) -> None:
        """Pay with the card and have it kept for next time."""
        await self.takes(while_buying)
        await self.goes_to_checkout()
        await self.types(card)
        await self.page.get_by_label("Save this card for next time").check()
        await self.pay_button.click()
        if card == CHALLENGED_CARD:
            await self.answers_the_bank("Complete")
        await self.sees_it_paid()

    async def saves_in_the_account(self, card: str) -> None:
        """Have the card kept, without any purchase."""
        await self.page.goto("/account")
        await self.page.get_by_role("button", name="Add a card").click()
        await self.types(card)
        await self.page.get_by_role("button", name="Save this card").click()
        await expect(self.page.get_by_text(f"•••• {card[-4:]}")).to_be_visible()

    async def types(self, card: str) -> None:
        """Fill in the payment form, ours or the hosted one."""
        await self.page.get_by_label("Card number").fill(card)
        await self.page.get_by_label("Expiration date").fill("12 / 34")
        await self.page.get_by_label("Security code").fill("123")

    async def pays_with(self, card: str) -> None:
        """Fill in the payment form and press the button."""
        await self.types(card)
        await self.pay_button.click()

    async def answers_the_bank(self, choice: str) -> None:
        """3-D Secure: `Complete` or `Fail`."""
        await self.page.get_by_role("dialog").get_by_role("button", name=choice).click()

    async def sees_it_paid(self) -> None:
        """The success page says so, whatever it said before."""
        await expect(self.headline).to_have_text("Thank you, it is paid")
        await expect(self.page.get_by_role("listitem").filter(has_text="Paid: done")).to_be_visible()

    async def chooses_plan(self, plan: str, *, quantity: int = 1) -> None:
        """Open the plan's page and say how many."""
        await self.page.goto("/")
        await self.page.get_by_role("link", name=f"Subscribe {plan}").click()
        for _ in range(1, quantity):
            await self.page.get_by_role("button", name=f"One {plan} more").click()

    async def subscribes(self, plan: str, *, card: str = GOOD_CARD) -> None:
        """One of it, paid by this card."""
        await self.chooses_plan(plan)
        await self.page.get_by_role("button", name="Subscribe").click()
        await self.pays_with(card)
        if card == CHALLENGED_CARD:
            await self.answers_the_bank("Complete")
        await expect(self.headline).to_have_text("Thank you, you are subscribed")

    @property
    def refunds(self) -> Locator:
        """Each with its amount and what became of it."""
        return self.page.locator(".refunds li")

    def fact(self, name: str) -> Locator:
        """What the page says beside a name such as `Order`."""
        return self.page.locator("dt").get_by_text(name, exact=True).locator("xpath=../dd")

    @property
    def pay_button(self) -> Locator:
        """`Pay $24.00`, or `Pay $14.50 per month`; not the one for a saved card."""
        return self.page.get_by_role("button", name=re.compile(r"^Pay \D?[\d,.]+( per \w+)?$"))

    async def order_id(self) -> str:
        """As the success page shows it."""
        return await self.fact("Order").inner_text()

    async def subscription_id(self) -> str:
        """As the subscription's page shows it."""
        return await self.fact("Subscription").inner_text()

    def payment_intent_id(self) -> str:
        """As the success page's address has it."""
        return parse_qs(urlsplit(self.page.url).query)["payment_intent"][0]
