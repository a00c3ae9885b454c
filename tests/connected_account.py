"""A connected account of Stripe's Connect, and the endpoint at which the house hears of it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from event_forms import Form
from shop_server import Json, ShopServer

ENDPOINTS: Final = "/v1/webhook_endpoints"
DESTINATIONS: Final = "/core/event_destinations"


@dataclass(frozen=True)
class ConnectedAccount:
    """Sells on its own, by a platform that is told of it."""

    shop: ShopServer
    id: str

    async def is_paid(self, order_id: str) -> Json:
        """A buyer pays this account for an order, and the platform's order is named in the payment."""
        form = {
            "amount": "4711",
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            "metadata[order_id]": order_id,
        }
        return await self.shop.stripe("POST", "/v1/payment_intents", form, account=self.id)


@asynccontextmanager
async def connected_account(shop: ShopServer, form: Form) -> AsyncIterator[ConnectedAccount]:
    """A new account, of which the house hears in this form at `/webhooks/stripe/connect`."""
    account = (await shop.stripe("POST", "/v1/accounts", {"country": "DE"}))["id"]
    url = shop.house.url("webhook-ingest", "/webhooks/stripe/connect")
    endpoint, secret = await (_snapshots(shop, url) if form == "snapshot" else _thin(shop, url))
    shop.house.webhook_secrets.write_text(f"connect={secret}\n")
    try:
        yield ConnectedAccount(shop, account)
    finally:
        await (shop.stripe if form == "snapshot" else shop.stripe_v2)("DELETE", endpoint)
        shop.house.webhook_secrets.write_text("")


async def _snapshots(shop: ShopServer, url: str) -> tuple[str, str]:
    """A Connect endpoint: where it is in the API, and its secret."""
    made = await shop.stripe("POST", ENDPOINTS, {"url": url, "enabled_events[0]": "*", "connect": "true"})
    return f"{ENDPOINTS}/{made['id']}", made["secret"]


async def _thin(shop: ShopServer, url: str) -> tuple[str, str]:
    """The same for thin events."""
    body = {
        "name": f"Connect {secrets.token_hex(4)}",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "events_from": ["@accounts"],
        "enabled_events": ["*"],
        "webhook_endpoint": {"url": url},
        "include": ["webhook_endpoint.signing_secret"],
    }
    made = await shop.stripe_v2("POST", DESTINATIONS, body)
    return f"{DESTINATIONS}/{made['id']}", made["webhook_endpoint"]["signing_secret"]
