"""A Checkout Session: Stripe's own page for one order."""

from typing import Any

from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.story import Object, Story

A_DAY = 86_400


class CheckoutSession:
    """One. It always names the order; its payment may leave that to it."""

    def __init__(self, story: Story, intent: PaymentIntent | None = None) -> None:
        self.story, self.intent = story, intent
        self.id, self._created = story.name("cs_test"), story.now

    def completed(self, payment_status: str) -> None:
        """The buyer is done with the page; `paid`, or `unpaid` while a debit is on its way."""
        self.story.tell("checkout.session.completed", self._as("complete", payment_status=payment_status))

    def funds_came(self) -> None:
        """The debit arrived."""
        self.story.tell("checkout.session.async_payment_succeeded", self._as("complete", payment_status="paid"))

    def funds_failed(self) -> None:
        """The debit came back."""
        self.story.tell("checkout.session.async_payment_failed", self._as("complete", payment_status="unpaid"))

    def expired(self) -> None:
        """The buyer never came back."""
        self.story.tell("checkout.session.expired", self._as("expired", payment_status="unpaid"))

    def _as(self, status: str, **changes: Any) -> Object:
        amount = self.story.amount
        return {
            "id": self.id,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": True},
            "after_expiration": None,
            "allow_promotion_codes": None,
            "amount_subtotal": amount,
            "amount_total": amount,
            "automatic_tax": {"enabled": False, "status": None},
            "billing_address_collection": None,
            "branding_settings": None,
            "cancel_url": "https://shop.example/cart",
            "client_reference_id": None,
            "collected_information": {"shipping_details": None},
            "consent": None,
            "created": self._created,
            "currency": self.story.currency,
            "currency_conversion": None,
            "customer": None,
            "customer_account": None,
            "customer_email": None,
            "expires_at": self._created + A_DAY,
            "invoice": None,
            "livemode": False,
            "locale": None,
            "metadata": self.story.metadata,
            "mode": "payment",
            "payment_intent": self.intent.id if self.intent else None,
            "payment_link": None,
            "payment_method_options": {},
            "payment_method_types": ["card", "sepa_debit"],
            "permissions": None,
            "saved_payment_method_options": None,
            "setup_intent": None,
            "shipping_cost": None,
            "status": status,
            "submit_type": None,
            "subscription": None,
            "success_url": "https://shop.example/thanks",
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted",
            "url": None,
            "wallet_options": None,
            **changes,
        }
