"""What Stripe's Charges say beside their PaymentIntents: how much of one went back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.happening import Happening, Reader, Saying, mention, named
from order_service.payment import payment_behind
from order_service.refund_facts import OF_A_BARE_CHARGE, refund_in
from order_service.stripe_values import Object, amount, an_object, currency, items, reference

EACH_REFUND_IS_TOLD: Final = "2024-10-28"
"""From this API version on every refund has events of its own, and a total beside them could only be older."""


def refunded(happening: Happening) -> Saying:
    """The charge's total, and each refund where the API version, or who made the event, writes them into the charge."""
    charge = happening.thing
    payment_id = reference(charge.get("payment_intent"))
    if not payment_id:
        return Saying(words=OF_A_BARE_CHARGE)
    refunds = dict(refund_in(an_object(one), happening.at) for one in items(charge.get("refunds")))
    is_told = not happening.api_version or happening.api_version >= EACH_REFUND_IS_TOLD
    if is_told and not refunds:
        return Saying(words="It does not say which refund; that has an event of its own")
    money, total = currency(charge.get("currency")), 0 if is_told else _given_back(charge)
    payment = payment_behind(payment_id, money, named(happening), refunds=refunds, charge_refunded=total)
    words = f"{_given_back(charge)} {money} of the payment went back in all"
    return Saying((payment, *mention(happening, money)), words)


def _given_back(charge: Object) -> int:
    """Without what was held and never captured, which Stripe counts as refunded when it lets it go."""
    whole, back = amount(charge.get("amount"), "amount"), amount(charge.get("amount_refunded"), "amount_refunded")
    return max(0, back - (whole - amount(charge.get("amount_captured", whole), "amount_captured")))


READERS: Final[Mapping[str, Reader]] = MappingProxyType({"charge.refunded": refunded})
