"""What a browser bought long ago is still followed live: its tokens have ended, and its buyer is known to the shop."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from buyer import Buyer
from running_house import RunningHouse
from shop_server import ShopServer
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, sign

pytestmark = pytest.mark.browser

LONG_AGO = timedelta(days=40)
AGE = """([kept, access, token, startedAt]) => {
  const things = JSON.parse(localStorage.getItem(kept));
  for (const thing of things) {
    const bought = thing[access] ?? thing;
    const { attempt } = thing.purchase ?? thing;
    attempt.startedAt = startedAt;
    bought.stream.token = token;
  }
  localStorage.setItem(kept, JSON.stringify(things));
  localStorage.removeItem("tillstream.attempt.card");
  localStorage.removeItem("tillstream.attempt.plan");
  sessionStorage.clear();
}"""
"""Let what this browser keeps be of so long ago."""


@pytest.mark.shows("POST /v1/orders/{order_id}/stream-tokens")
async def test_an_order_of_long_ago_is_still_seen_to_be_refunded(
    buyer: Buyer, shop: ShopServer, house: RunningHouse
) -> None:
    order_id = await buyer.buys("Stoneware mug")
    grant = Grant("default", order_id, datetime.now(UTC) - LONG_AGO)
    await goes_by(buyer, "tillstream.orders", "purchase", sign(grant, house.keys["TILLSTREAM_TOKEN_SECRET"]))
    async with buyer.page.expect_response(f"**/v1/orders/{order_id}/stream-tokens") as renewed:
        await buyer.page.goto(f"/orders/{order_id}")
    assert (await renewed.value).status == 201
    await expect(buyer.headline).to_have_text("Thank you, it is paid")
    assert (await shop.asks_of_order(order_id, "refunds", {"amount": 500})).status == 202
    await expect(buyer.refunds).to_have_count(1)


@pytest.mark.shows("POST /v1/subscriptions/{subscription_id}/stream-tokens")
async def test_a_subscription_of_long_ago_is_still_seen_to_fall_due(
    buyer: Buyer, shop: ShopServer, house: RunningHouse
) -> None:
    await buyer.subscribes("House beans, every month")
    subscription_id = await buyer.subscription_id()
    grant = SubscriptionGrant("default", subscription_id, datetime.now(UTC) - LONG_AGO)
    await goes_by(buyer, "tillstream.subscriptions", "answer", sign(grant, house.keys["TILLSTREAM_TOKEN_SECRET"]))
    async with buyer.page.expect_response(f"**/v1/subscriptions/{subscription_id}/stream-tokens") as renewed:
        await buyer.page.goto(f"/subscriptions/{subscription_id}")
    assert (await renewed.value).status == 201
    await expect(buyer.headline).to_have_text("Thank you, you are subscribed")
    subscription = await shop.subscription(subscription_id)
    await shop.sim("POST", f"/objects/{subscription['stripe_subscription_id']}/fail_renewal")
    await expect(buyer.headline).to_have_text("The last payment did not go through")


async def goes_by(buyer: Buyer, kept: str, access: str, token: str) -> None:
    """Time: the page was closed all the while."""
    began = (datetime.now(UTC) - LONG_AGO).timestamp() * 1000
    await buyer.page.goto("/")
    await buyer.page.evaluate(AGE, [kept, access, token, began])
