"""What happens in a connected account of Stripe's Connect reaches the order that it names, in either form."""

import secrets

import pytest

from connected_account import connected_account
from event_forms import Form
from kafka_topics import records
from running_house import RunningHouse
from shop_server import Json, ShopServer
from tillstream_contracts import STRIPE_EVENTS


def is_paid(order: Json) -> bool:
    return bool(order["status"] == "paid")


@pytest.mark.parametrize("form", ["snapshot", "thin"])
async def test_a_payment_in_a_connected_account_reaches_the_order_that_it_names(
    shop: ShopServer, house: RunningHouse, form: Form
) -> None:
    order_id = f"elsewhere-{secrets.token_hex(6)}"
    async with connected_account(shop, form) as account:
        intent = await account.is_paid(order_id)
        order = await shop.sees(order_id, is_paid)
    assert (order["captured"], order["currency"]) == (4711, "eur")
    unknown = await shop.stripe("GET", f"/v1/payment_intents/{intent['id']}")
    assert unknown["error"]["code"] == "resource_missing"  # so it was fetched in the account, if it was fetched

    about_it = [record for record in await records(house, STRIPE_EVENTS) if record.key == intent["id"].encode()]
    whose = {dict(record.headers)["ce_stripeaccount"].decode() for record in about_it}
    through = {dict(record.headers)["ce_stripeendpoint"].decode() for record in about_it}
    fetched = [record for record in about_it if b'"tillstream"' in (record.value or b"")]
    assert (whose, through) == ({account.id}, {"connect"})
    assert bool(fetched) is (form == "thin")
