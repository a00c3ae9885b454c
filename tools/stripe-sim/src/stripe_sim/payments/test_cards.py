"""Stripe's documented test cards and test bank accounts: what each one does when a payment is confirmed.

Source: Stripe documentation, "Testing" (cards by brand, declined payments, disputes, refunds, 3D Secure
authentication, non-card payments). The two `sim` cards are our own: Stripe has no card that is `processing` first.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Literal

from stripe_sim.http.errors import StripeError


@dataclass(frozen=True)
class Succeeds:
    """The money comes at once."""


@dataclass(frozen=True)
class Declines:
    """The bank says no."""

    code: str
    message: str
    decline_code: str | None = None
    param: str | None = None
    error_type: str = "card_error"
    charged: bool = True
    """Whether it was tried to take the money at all."""

    def error(self, **facts: Any) -> StripeError:
        """402, in the bank's words."""
        said = {"code": self.code, "decline_code": self.decline_code, "param": self.param}
        return StripeError(402, self.message, kind=self.error_type, **said, **facts)


@dataclass(frozen=True)
class Challenged:
    """The buyer must prove who they are (3-D Secure), then it goes on."""

    then: Succeeds | Declines
    exempt: Literal["never", "once_set_up", "always"] = "never"
    """When the bank asks for no proof, because the buyer is not there."""


@dataclass(frozen=True)
class Delayed:
    """`processing` first, and the outcome later, told only by an event."""

    then: Succeeds | Declines
    slow: bool = False


Outcome = Succeeds | Declines | Challenged | Delayed


class Refunds(Enum):
    """How a refund to the instrument goes."""

    AT_ONCE = auto()
    LATER = auto()
    """`pending` first, then `succeeded`."""
    IN_VAIN = auto()
    """`succeeded` first, then `failed`."""


@dataclass(frozen=True)
class Disputed:
    """The buyer's bank takes the money back a little later; with an inquiry it only asks."""

    reason: str
    inquiry: bool = False


def _declined(decline_code: str, message: str = "Your card was declined.") -> Declines:
    return Declines("card_declined", message, decline_code)


SUCCEEDS = Succeeds()
GENERIC = _declined("generic_decline")
INSUFFICIENT = _declined("insufficient_funds", "Your card has insufficient funds.")
LOST = _declined("lost_card")
STOLEN = _declined("stolen_card")
TOO_OFTEN = _declined(
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
)
FRAUDULENT = _declined("fraudulent")
EXPIRED = Declines("expired_card", "Your card has expired.", "expired_card", "exp_month")
WRONG_CVC = Declines("incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc", "cvc")
PROCESSING_ERROR = Declines(
    "processing_error", "An error occurred while processing your card. Try again in a little bit.", "processing_error"
)
NOT_A_TEST_CARD = _declined(
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test "
    "cards, visit: https://stripe.com/docs/testing.",
)


@dataclass(frozen=True)
class Instrument:
    """A test card or test bank account, by the PaymentMethod name that stands for it in code."""

    token: str
    number: str
    outcome: Outcome
    kind: str = "card"
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    refunds: Refunds = Refunds.AT_ONCE
    disputed: Disputed | None = None
    warned: bool = False
    """Its issuer takes every payment with it for fraud, and says so."""
    setup: Outcome | None = None
    """What it does when it is only saved, where that is not the same."""

    @property
    def fingerprint(self) -> str:
        """The same for the same instrument, as at Stripe; the number cannot be told from it."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:16]


def _bank(token: str, number: str, then: Succeeds | Declines, *, slow: bool = False) -> Instrument:
    outcome = Delayed(then, slow)
    return Instrument(token, number, outcome, kind="us_bank_account", refunds=Refunds.LATER, setup=SUCCEEDS)


def _sepa(token: str, number: str, then: Succeeds | Declines, *, slow: bool = False) -> Instrument:
    outcome, country = Delayed(then, slow), token[-2:].upper()
    return Instrument(token, number, outcome, kind="sepa_debit", country=country, refunds=Refunds.LATER, setup=SUCCEEDS)


_BANK_FAILURE = "The customer's bank account could not be debited."

INSTRUMENTS = (
    Instrument("pm_card_visa", "4242424242424242", SUCCEEDS),
    Instrument("pm_card_visa_debit", "4000056655665556", SUCCEEDS, funding="debit"),
    Instrument("pm_card_mastercard", "5555555555554444", SUCCEEDS, brand="mastercard"),
    Instrument("pm_card_mastercard_debit", "5200828282828210", SUCCEEDS, brand="mastercard", funding="debit"),
    Instrument("pm_card_mastercard_prepaid", "5105105105105100", SUCCEEDS, brand="mastercard", funding="prepaid"),
    Instrument("pm_card_amex", "378282246310005", SUCCEEDS, brand="amex"),
    Instrument("pm_card_discover", "6011111111111117", SUCCEEDS, brand="discover"),
    Instrument("pm_card_diners", "3056930009020004", SUCCEEDS, brand="diners"),
    Instrument("pm_card_jcb", "3566002020360505", SUCCEEDS, brand="jcb", country="JP"),
    Instrument("pm_card_unionpay", "6200000000000005", SUCCEEDS, brand="unionpay", country="CN"),
    Instrument("pm_card_visa_chargeDeclined", "4000000000000002", GENERIC),
    Instrument("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", INSUFFICIENT),
    Instrument("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", LOST),
    Instrument("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", STOLEN),
    Instrument("pm_card_chargeDeclinedExpiredCard", "4000000000000069", EXPIRED),
    Instrument("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", WRONG_CVC),
    Instrument("pm_card_chargeDeclinedProcessingError", "4000000000000119", PROCESSING_ERROR),
    Instrument("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", TOO_OFTEN),
    Instrument("pm_card_chargeDeclinedFraudulent", "4100000000000019", FRAUDULENT),
    Instrument("pm_card_chargeCustomerFail", "4000000000000341", GENERIC, setup=SUCCEEDS),
    Instrument("pm_card_authenticationRequired", "4000002760003184", Challenged(SUCCEEDS)),
    Instrument("pm_card_authenticationRequiredOnSetup", "4000002500003155", Challenged(SUCCEEDS, "once_set_up")),
    Instrument("pm_card_authenticationRequiredSetupForOffSession", "4000003800000446", Challenged(SUCCEEDS, "always")),
    Instrument("pm_card_threeDSecure2Required", "4000000000003220", Challenged(SUCCEEDS), country="IE"),
    Instrument("pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", Challenged(GENERIC)),
    Instrument(
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        Challenged(INSUFFICIENT),
        setup=Challenged(SUCCEEDS),
    ),
    Instrument("pm_card_threeDSecureOptional", "4000000000003055", SUCCEEDS),
    Instrument("pm_card_pendingRefund", "4000000000007726", SUCCEEDS, refunds=Refunds.LATER),
    Instrument("pm_card_refundFail", "4000000000005126", SUCCEEDS, refunds=Refunds.IN_VAIN),
    Instrument("pm_card_createDispute", "4000000000000259", SUCCEEDS, disputed=Disputed("fraudulent")),
    Instrument(
        "pm_card_createDisputeProductNotReceived",
        "4000000000002685",
        SUCCEEDS,
        disputed=Disputed("product_not_received"),
    ),
    Instrument(
        "pm_card_createDisputeInquiry", "4000000000001976", SUCCEEDS, disputed=Disputed("fraudulent", inquiry=True)
    ),
    Instrument("pm_card_createIssuerFraudRecord", "4000000000005423", SUCCEEDS, warned=True),
    Instrument("pm_card_simProcessing", "4000009900000004", Delayed(SUCCEEDS)),
    Instrument("pm_card_simProcessingFails", "4000009900000012", Delayed(GENERIC)),
    _bank("pm_usBankAccount_success", "000123456789", SUCCEEDS),
    _bank("pm_usBankAccount_accountClosed", "000111111113", Declines("account_closed", _BANK_FAILURE)),
    _bank("pm_usBankAccount_noAccount", "000111111116", Declines("no_account", _BANK_FAILURE)),
    _bank("pm_usBankAccount_insufficientFunds", "000222222227", Declines("insufficient_funds", _BANK_FAILURE)),
    _bank("pm_usBankAccount_debitNotAuthorized", "000333333335", Declines("debit_not_authorized", _BANK_FAILURE)),
    _sepa("pm_success_de", "DE89370400440532013000", SUCCEEDS),
    _sepa("pm_successDelayed_de", "DE08370400440532013003", SUCCEEDS, slow=True),
    _sepa("pm_failed_de", "DE62370400440532013001", Declines("generic_decline", _BANK_FAILURE)),
    _sepa("pm_failedDelayed_de", "DE78370400440532013004", Declines("generic_decline", _BANK_FAILURE), slow=True),
)
OLDER_NAMES = {
    "pm_card_chargeDeclined": "pm_card_visa_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_card_threeDSecureRequired": "pm_card_threeDSecure2Required",
}
BY_TOKEN = {instrument.token: instrument for instrument in INSTRUMENTS}
BY_NUMBER = {instrument.number: instrument for instrument in INSTRUMENTS}
BY_FINGERPRINT = {instrument.fingerprint: instrument for instrument in INSTRUMENTS}


def named(token: str) -> Instrument | None:
    """The instrument that `pm_card_…` stands for."""
    return BY_TOKEN.get(OLDER_NAMES.get(token, token))


def is_card_number(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdecimal() and 12 <= len(digits) <= 19):
        return False
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
