"""Somebody of the shop's staff, at its desk in a browser of their own."""

import re

from playwright.async_api import Locator, expect

from buyer import Person

REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 409")


class Keeper(Person):
    """Looks at orders and does what can be done to them."""

    def expects_refusal(self) -> None:
        """Every browser reports a conflict as an error; it is an answer."""
        self.expects(REFUSED)

    async def opens(self, order_id: str) -> None:
        """From the list of all orders."""
        await self.page.goto("/desk")
        await self.page.locator(f'tr[data-order="{order_id}"]').get_by_role("link").click()
        await expect(self.headline).to_have_text(re.compile("^Order "))

    async def refunds(self, amount: str) -> None:
        """Give so much back."""
        await self.page.get_by_label("Amount to refund").fill(amount)
        await self.page.get_by_role("button", name="Refund", exact=True).click()

    @property
    def stands(self) -> Locator:
        """The order's status and flags."""
        return self.page.locator(".stands")

    def line(self, part: str, text: str) -> Locator:
        """The line with this text in a part of the page: `Refunds`, `Disputes`, …"""
        return self.page.get_by_role("region", name=part).get_by_role("listitem").filter(has_text=text)
