"""What becomes of a subscription, from the shop's call to the customer's WebSocket: nobody reloads anything."""

from typing import Any

from order_stream import watching
from shop_server import Json, ShopServer


async def subscribes(shop: ShopServer, sku: str, **more: Any) -> Json:
    """A new customer subscribes to one of that."""
    customer = (await shop.asks("POST", "/v1/customers", {"reference": "shop-77"})).body["customer_id"]
    body = {"customer": customer, "items": [{"sku": sku, "quantity": 1}], "currency": "usd", **more}
    answer = await shop.asks("POST", "/v1/subscriptions", body)
    assert answer.status == 201, answer
    return answer.body


def is_active_and_paid(frame: Json) -> bool:
    invoice = frame["latest_invoice"] or {}
    return bool(frame["status"] == "active" and invoice.get("status") == "paid")


async def test_a_subscription_is_paid_changed_and_ended_before_the_customers_eyes(shop: ShopServer) -> None:
    made = await subscribes(shop, "beans-monthly")
    path = f"/v1/subscriptions/{made['subscription_id']}"
    async with watching(made["stream"]) as stream:
        await stream.until("incomplete")
        await shop.confirms(made["client_secret"].partition("_secret")[0])
        active = await stream.until_it(is_active_and_paid)
        changed = await shop.asks("PATCH", path, {"items": [{"sku": "beans-monthly", "quantity": 3}]})
        tripled = await stream.until_it(lambda frame: bool(frame["items"] and frame["items"][0]["quantity"] == 3))
        ended = await shop.asks("POST", f"{path}/cancel", {"at_period_end": False})
        await stream.until("canceled")
    assert (changed.status, ended.status) == (202, 202)
    assert [item["sku"] for item in active["items"]] == ["beans-monthly"]
    assert (active["latest_invoice"]["amount_paid"], tripled["status"]) == (1450, "active")
    assert stream.versions == sorted(set(stream.versions))
    read = await shop.subscription(made["stripe_subscription_id"])
    assert (read["subscription_id"], read["status"]) == (made["subscription_id"], "canceled")
    first = read["invoices"][-1]
    assert [(payment["status"], payment["captured"]) for payment in first["payments"]] == [("succeeded", 1450)]


async def test_a_trial_is_not_a_payment_and_may_end_with_its_period(shop: ShopServer) -> None:
    made = await subscribes(shop, "tasting-club")
    path = f"/v1/subscriptions/{made['subscription_id']}"
    async with watching(made["stream"]) as stream:
        await stream.until("trialing")
        settled = await stream.until_it(
            lambda frame: bool(frame["latest_invoice"] and frame["latest_invoice"]["status"] != "open")
        )
        await shop.asks("PATCH", path, {"cancel_at_period_end": True})
        ending = await stream.until_it(lambda frame: bool(frame["cancel_at_period_end"]))
    assert (settled["latest_invoice"]["status"], settled["latest_invoice"]["amount_paid"]) == ("nothing_due", 0)
    assert (ending["status"], ending["trial_end"]) == ("trialing", ending["current_period_end"])
    assert all(not invoice["payments"] for invoice in (await shop.subscription(made["subscription_id"]))["invoices"])
