"""Who pays, as Stripe knows them: nobody in particular, a customer, or a customer whose card is charged at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from intent_api.faults import wrong_fields
from intent_api.keys import SERVERS_ONLY, Caller, require_agent
from intent_api.pricing import Priced
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

STRIPES: Final = "cus_"
"""How Stripe's ids of customers begin; any other id is the shop's own."""
PaymentMethodId = Annotated[str, Field(pattern=r"^(pm|card|src)_[A-Za-z0-9_]{1,100}$", examples=["pm_1QmZ4yE2mX9u"])]


@dataclass(frozen=True)
class Payer:
    """Whom Stripe is told about, and whether a saved card is charged without any page."""

    customer_id: str | None = None
    payment_method: str | None = None
    off_session: bool = False
    save: bool = False


def stripe_customer(customer: str | None, caller: Caller) -> str | None:
    """The customer as Stripe's, None if the id is the shop's own. Refuses callers that may not act for it."""
    if customer is None or not customer.startswith(STRIPES):
        return None
    require_agent(caller, customer)
    return customer


def require_sensible(payer: Payer, caller: Caller) -> Payer:
    """The payer, unless what is asked of it makes no sense or is not the caller's to ask."""
    known, charged = payer.customer_id is not None, payer.payment_method is not None
    faults = {
        "customer": (charged or payer.save) and not known and "Name the customer at Stripe: cus_….",
        "off_session": payer.off_session and not charged and "Name the payment_method to charge.",
        "save_payment_method": payer.save and payer.off_session and "Only a buyer who is there can agree to this.",
    }
    if messages := {field: message for field, message in faults.items() if message}:
        raise wrong_fields(messages)
    if payer.off_session and not caller.is_server:
        raise Problem(403, "secret_key_required", f"Only a server may charge a buyer who is away. {SERVERS_ONLY}")
    return payer


def parameters(payer: Payer, priced: Priced) -> "PaymentIntentCreateParams":
    """What Stripe is asked for.

    A card that is charged at once is never redirected: 3-D Secure is Stripe.js's, on the shop's page.
    """
    asked: PaymentIntentCreateParams = {
        "amount": priced.amount,
        "currency": priced.currency,
        "automatic_payment_methods": {"enabled": True},
    }
    if payer.customer_id:
        asked["customer"] = payer.customer_id
    if payer.payment_method:
        asked["automatic_payment_methods"] = {"enabled": True, "allow_redirects": "never"}
        asked["payment_method"] = payer.payment_method
        asked["confirm"] = True
    if payer.off_session:
        asked["off_session"] = True
    if payer.save:
        asked["setup_future_usage"] = "off_session"
    return asked
