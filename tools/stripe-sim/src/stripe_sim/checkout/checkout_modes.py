"""What a Checkout Session does in each of its modes: one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Cause, Change
from stripe_sim.checkout import checkout_payment, checkout_setup, checkout_subscription
from stripe_sim.checkout.checkout_object import customer_details
from stripe_sim.customers import customers, payment_methods
from stripe_sim.http.errors import invalid
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object

BUYER = "jenny@example.com"


@dataclass(frozen=True)
class Mode:
    """The steps of a session's life that differ."""

    begin: Callable[[Account, Object, dict[str, Any], Cause], Object]
    """The kept new session with what it needs from the start."""
    confirm: Callable[[Account, Object, Object, str], Object]
    """Try it with the buyer's payment method: the intent afterwards. Raises StripeError where that is refused."""
    abandon: Callable[[Account, Object, Cause], None]
    """Undo what waits for an expired session."""


MODES = {
    "payment": Mode(checkout_payment.begin, checkout_payment.confirm, checkout_payment.abandon),
    "setup": Mode(checkout_setup.begin, checkout_setup.confirm, checkout_setup.abandon),
    "subscription": Mode(checkout_subscription.begin, checkout_subscription.confirm, checkout_subscription.abandon),
}


def confirm(account: Account, session: Object, method: Object, email: str | None, base_url: str) -> Object:
    """The buyer presses the button: the session's intent afterwards. Raises StripeError where the card is refused."""
    if session["status"] != "open":
        raise invalid(f"This Checkout Session is {session['status']}.")
    email = email or known_email(account, session)
    session = _with_customer(account, {**session, "customer_details": customer_details(email)}, email)
    account.apply(Change((session,)))
    return MODES[session["mode"]].confirm(account, session, method, base_url)


def complete(account: Account, session: Object, card: str) -> None:
    """The buyer does all that the page asks for, with this card."""
    base_url = str(account.settings.public_url or "").rstrip("/")
    method = payment_methods.use(account, card)
    confirm(account, session, method, known_email(account, session) or BUYER, base_url)


def known_email(account: Account, session: Object) -> str | None:
    """Where the buyer is written to, as far as the shop told."""
    customer = account.store.get("customer", session["customer"] or "") or {}
    told: str | None = session["customer_email"] or customer.get("email")
    return told


def _with_customer(account: Account, session: Object, email: str | None) -> Object:
    """The session with a new customer, where the shop wants one."""
    if session["customer"] or session["customer_creation"] != "always":
        return session
    customer = customers.create(account, Call({"email": email}))
    return {**session, "customer": customer["id"]}
