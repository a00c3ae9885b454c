"""PaymentMethods: made from a test card's number, or named (`pm_card_visa`). The number itself is never kept."""

from datetime import UTC, datetime
from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change, Moment
from stripe_sim.http.errors import StripeError, card_error, invalid, missing
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.parameters import EXPAND, Anything, Integer, Metadata, OneOf, Shape, Text
from stripe_sim.objects import Object
from stripe_sim.payments.test_cards import (
    BY_FINGERPRINT,
    BY_NUMBER,
    NOT_A_TEST_CARD,
    Instrument,
    Outcome,
    is_card_number,
    named,
)

ADDRESS = Shape({part: Text(clearable=True) for part in ("city", "country", "line1", "line2", "postal_code", "state")})
BILLING_DETAILS = Shape(
    {"address": ADDRESS, **{part: Text(clearable=True) for part in ("email", "name", "phone", "tax_id")}}
)
CARD = Shape(
    {
        "number": Text(30),
        "exp_month": Integer(),
        "exp_year": Integer(),
        "cvc": Text(4),
        "token": Text(),
        "networks": Anything(),
    }
)
DATA = Shape(
    {
        "type": OneOf("card"),
        "card": CARD,
        "billing_details": BILLING_DETAILS,
        "metadata": Metadata(),
        "allow_redisplay": OneOf("always", "limited", "unspecified"),
        "radar_options": Anything(),
    },
    required=("type",),
)
CREATED = Shape({**DATA.kinds, "expand": EXPAND}, DATA.required)
NAMED_CARDS_EXPIRE = (12, 2034)


def create(account: Account, call: Call) -> Object:
    """A PaymentMethod of a card."""
    return from_data(account, call.params)


def retrieve(account: Account, call: Call) -> Object:
    """One PaymentMethod."""
    return use(account, call.ids["id"], status=404)


def from_data(account: Account, data: dict[str, Any]) -> Object:
    """A new PaymentMethod of what the buyer typed. Raises StripeError for a card that cannot be one."""
    card = data.get("card")
    if card is None:
        raise invalid("Missing required param: card.", "card", "parameter_missing")
    instrument, expiry = _instrument(card, account.moment())
    method = _method(instrument, expiry, account.moment(), data)
    account.apply(Change(kept=(method,)))
    return method


def use(account: Account, name: str, *, status: int = 400) -> Object:
    """The PaymentMethod with this id; `pm_card_visa` and its like are a new one each time, as at Stripe."""
    known = account.store.get("payment_method", name)
    if known is not None:
        return known
    instrument = named(name)
    if instrument is None:
        raise missing("PaymentMethod", name[:255], "payment_method", status)
    method = _method(instrument, NAMED_CARDS_EXPIRE, account.moment(), {})
    account.apply(Change(kept=(method,)))
    return method


def outcome_of(method: Object) -> Outcome:
    """What this PaymentMethod does when it is charged."""
    return _instrument_of(method).outcome


def outcome_of_setup(method: Object) -> Outcome:
    """What it does when it is saved for later."""
    instrument = _instrument_of(method)
    return instrument.setup or instrument.outcome


def _instrument_of(method: Object) -> Instrument:
    return BY_FINGERPRINT[method[method["type"]]["fingerprint"]]


def _instrument(card: dict[str, Any], moment: Moment) -> tuple[Instrument, tuple[int, int]]:
    if "token" in card:
        instrument = named(card["token"].replace("tok_", "pm_card_", 1))
        if instrument is None:
            raise missing("token", card["token"][:255], "payment_method_data[card][token]", 400)
        return instrument, NAMED_CARDS_EXPIRE
    expiry = _expiry(card, moment)
    return _by_number(card.get("number", ""), card.get("cvc")), expiry


def _by_number(typed: str, cvc: str | None) -> Instrument:
    digits = typed.replace(" ", "").replace("-", "")
    if not is_card_number(digits):
        raise card_error("Your card number is incorrect.", "incorrect_number", param="number")
    instrument = BY_NUMBER.get(digits)
    if instrument is None:
        raise NOT_A_TEST_CARD.error()
    lengths = (3, 4) if instrument.brand == "amex" else (3,)
    if cvc is not None and not (cvc.isdecimal() and len(cvc) in lengths):
        raise card_error("Your card's security code is invalid.", "invalid_cvc", param="cvc")
    return instrument


def _expiry(card: dict[str, Any], moment: Moment) -> tuple[int, int]:
    month, year = card.get("exp_month", 0), card.get("exp_year", 0)
    year += 2000 if year < 100 else 0
    this_year, this_month = _year_and_month(moment.now)
    if not 1 <= month <= 12 or (year, month) < (this_year, this_month) <= (year, 12):
        raise _bad_expiry("month")
    if not this_year <= year <= this_year + 50:
        raise _bad_expiry("year")
    return month, year


def _bad_expiry(part: str) -> StripeError:
    return card_error(f"Your card's expiration {part} is invalid.", f"invalid_expiry_{part}", param=f"exp_{part}")


def _year_and_month(now: int) -> tuple[int, int]:
    today = datetime.fromtimestamp(now, UTC)
    return today.year, today.month


def _method(instrument: Instrument, expiry: tuple[int, int], moment: Moment, data: dict[str, Any]) -> Object:
    details = data.get("billing_details", {})
    return {
        "id": moment.names.id("pm"),
        "object": "payment_method",
        "allow_redisplay": data.get("allow_redisplay", "unspecified"),
        "billing_details": {
            "address": dict.fromkeys(ADDRESS.kinds) | details.get("address", {}),
            **{part: details.get(part) for part in ("email", "name", "phone", "tax_id")},
        },
        instrument.kind: _kind(instrument, expiry),
        "created": moment.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": data.get("metadata") or {},
        "type": instrument.kind,
    }


def _kind(instrument: Instrument, expiry: tuple[int, int]) -> Object:
    """The member that is named like the type: `card`, `us_bank_account` or `sepa_debit`."""
    last4, fingerprint = instrument.number[-4:], instrument.fingerprint
    match instrument.kind:
        case "card":
            return _card(instrument, expiry)
        case "us_bank_account":
            return {
                "account_holder_type": "individual",
                "account_type": "checking",
                "bank_name": "STRIPE TEST BANK",
                "financial_connections_account": None,
                "fingerprint": fingerprint,
                "last4": last4,
                "networks": {"preferred": "ach", "supported": ["ach"]},
                "routing_number": "110000000",
                "status_details": None,
            }
        case _:
            return {
                "bank_code": "37040044",
                "branch_code": "",
                "country": instrument.country,
                "fingerprint": fingerprint,
                "generated_from": {"charge": None, "setup_attempt": None},
                "last4": last4,
            }


def _card(instrument: Instrument, expiry: tuple[int, int]) -> Object:
    return {
        "brand": instrument.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": instrument.country,
        "display_brand": instrument.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": instrument.fingerprint,
        "funding": instrument.funding,
        "generated_from": None,
        "last4": instrument.number[-4:],
        "networks": {"available": [instrument.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


OPERATIONS = (
    Operation("POST", "/v1/payment_methods", create, CREATED, browser=True),
    Operation("GET", "/v1/payment_methods/{id}", retrieve, Shape({"expand": EXPAND})),
)
