"""A PaymentIntent and its charges."""

from collections.abc import Mapping
from typing import Any

from chaos.stripe.objects.card import card
from chaos.stripe.story import Object, Story

CARD_DECLINED = {"code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."}
NOT_AUTHENTICATED = {
    "code": "payment_intent_authentication_failure",
    "message": "The provided PaymentMethod has failed authentication.",
}


class PaymentIntent:
    """One try of a buyer to pay, which may take several cards."""

    def __init__(
        self,
        story: Story,
        *,
        named: bool = True,
        amount: int | None = None,
        manual: bool = False,
        invoice: str | None = None,
    ) -> None:
        self.story = story
        self.id = story.name("pi")
        self.amount = story.amount if amount is None else amount
        self.received = 0
        self.metadata = story.metadata if named else {}
        self.charge_id: str | None = None
        self.card_id: str | None = None
        self._manual, self._invoice, self._created = manual, invoice, story.now

    def created(self) -> None:
        """Somebody asked to pay."""
        self.story.tell("payment_intent.created", self._as("requires_payment_method"))

    def declined(self) -> None:
        """A new card was tried, and its bank said no."""
        card_id = self.story.name("pm")
        self.charge_id, self.card_id = self.story.name("ch"), None
        error = self._error(CARD_DECLINED, card_id) | {"charge": self.charge_id}
        if self.story.chance(0.5):
            self.story.mention("charge.failed", self.charge("failed"))
        self._failed(error)

    def challenged(self) -> None:
        """A new card, whose bank wants the buyer's own word."""
        self.card_id = self.story.name("pm")
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        self.story.tell("payment_intent.requires_action", self._as("requires_action", next_action=action))

    def not_authenticated(self) -> None:
        """The buyer failed the bank's challenge: no charge was tried."""
        card_id, self.card_id = self.card_id or self.story.name("pm"), None
        self._failed(self._error(NOT_AUTHENTICATED, card_id))

    def processing(self) -> None:
        """A debit is on its way, and takes days."""
        self._charged()
        self.story.tell("payment_intent.processing", self._as("processing"))

    def bounced(self) -> None:
        """The debit that was under way came back."""
        card_id, self.card_id = self.card_id or self.story.name("pm"), None
        self._failed(self._error(CARD_DECLINED, card_id) | {"charge": self.charge_id})

    def authorized(self) -> None:
        """The bank holds the money for us."""
        self._charged()
        held = self._as("requires_capture", amount_capturable=self.amount)
        self.story.tell("payment_intent.amount_capturable_updated", held)

    def canceled(self) -> None:
        """Nobody will pay it any more; what was held is let go, which Stripe counts as refunded."""
        if self.charge_id and self._manual and self.story.chance(0.6):
            let_go = self.charge("succeeded", captured=False, amount_refunded=self.amount, refunded=True)
            self.story.mention("charge.refunded", let_go)
        left = {"canceled_at": self.story.now, "cancellation_reason": "requested_by_customer"}
        self.story.tell("payment_intent.canceled", self._as("canceled", **left))

    def succeeded(self, received: int | None = None) -> None:
        """The money is there: all of it, or as much as was captured."""
        self._charged()
        self.received = self.amount if received is None else received
        tell_charge = self.story.chance(0.5)
        if tell_charge and self.story.chance(0.5):
            self.story.mention("charge.succeeded", self.charge("succeeded"))
            tell_charge = False
        self.story.tell("payment_intent.succeeded", self._as("succeeded", amount_received=self.received))
        if tell_charge:
            self.story.mention("charge.captured" if self._manual else "charge.succeeded", self.charge("succeeded"))

    def charge(self, status: str, *, captured: bool = True, **changes: Any) -> Object:
        """Its latest charge, as Stripe shows it."""
        return {
            "id": self.charge_id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.received,
            "amount_refunded": 0,
            "application": None,
            "balance_transaction": None,
            "captured": captured and self.received > 0,
            "created": self.story.now,
            "currency": self.story.currency,
            "customer": None,
            "description": None,
            "disputed": False,
            "failure_code": "card_declined" if status == "failed" else None,
            "fraud_details": {},
            "livemode": False,
            "metadata": self.metadata,
            "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
            "paid": status == "succeeded",
            "payment_intent": self.id,
            "payment_method": self.card_id,
            "payment_method_details": {
                "card": {"brand": "visa", "country": "US", "funding": "credit", "last4": "4242", "network": "visa"},
                "type": "card",
            },
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "status": status,
            "transfer_group": None,
            **changes,
        }

    def _charged(self) -> None:
        self.card_id = self.card_id or self.story.name("pm")
        if self.charge_id is None or not self._going_on:
            self.charge_id = self.story.name("ch")
        self._going_on = True

    def _failed(self, error: Object) -> None:
        self._going_on = False
        told = self._as("requires_payment_method", last_payment_error=error)
        self.story.tell("payment_intent.payment_failed", told)

    _going_on = False
    """Whether the latest charge is one that has not failed."""

    def _error(self, error: Object, card_id: str) -> Object:
        return {**error, "payment_method": card(card_id, self._created), "type": "card_error"}

    def _as(self, status: str, **changes: Any) -> Object:
        paying = {"payment_details": {"customer_reference": None, "order_reference": self._invoice}}
        return {
            **payment_intent(self.id, self.amount, self.story.currency, self._created, self.metadata),
            "capture_method": "manual" if self._manual else "automatic_async",
            "latest_charge": self.charge_id,
            "payment_method": self.card_id,
            "status": status,
            **(paying if self._invoice else {}),
            **changes,
        }


def payment_intent(payment_id: str, amount: int, currency: str, created: int, metadata: Mapping[str, str]) -> Object:
    """A PaymentIntent as it stands when it was made."""
    return {
        "id": payment_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{payment_id}_secret_of_nobody",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "hooks": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": dict(metadata),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": {"id": "pmc_1ChaosKq2eZvKYlo2C01", "parent": None},
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "presentment_details": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
