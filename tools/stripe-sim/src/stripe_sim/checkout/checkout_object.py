"""The Checkout Session itself: how a new one looks, and how it tells of itself."""

from typing import Any

from stripe_sim.changes import Change, Moment
from stripe_sim.http.metadata import merged
from stripe_sim.objects import Object

KIND = "checkout.session"
COMPLETE: Object = {"status": "complete", "url": None}


def told(session: Object, what: str) -> Change:
    """The session as it is now, and the event that tells of it."""
    return Change((session,), ((f"checkout.session.{what}", session),))


def customer_details(email: str | None) -> Object:
    """What is known of the buyer."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    nobody = dict.fromkeys(("business_name", "individual_name", "name", "phone"))
    return {"address": address, "email": email, **nobody, "tax_exempt": "none", "tax_ids": []}


def new(params: dict[str, Any], items: list[Object], moment: Moment, expires_at: int) -> Object:
    """An open session; without lines it asks for no money."""
    name = moment.names.id("cs_test", 58)
    total = sum(item["amount_total"] for item in items) if items else None
    return {
        "id": name,
        "object": KIND,
        "adaptive_pricing": {"enabled": False} if items else None,
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": moment.now,
        "currency": items[0]["currency"] if items else params.get("currency"),
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": params.get("customer"),
        "customer_account": None,
        "customer_creation": None if "customer" in params else params.get("customer_creation", "if_required"),
        "customer_details": customer_details(params["customer_email"]) if "customer_email" in params else None,
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "expires_at": expires_at,
        "integration_identifier": params.get("integration_identifier"),
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": merged({}, params),
        "mode": params["mode"],
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required" if items else "always",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "unpaid" if items else "no_payment_required",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{moment.base_url}/c/pay/{name}",
        "wallet_options": None,
    }
