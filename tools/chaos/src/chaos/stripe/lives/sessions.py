"""Lives of orders that are paid on Stripe's own page."""

from chaos.stripe.life import Expected
from chaos.stripe.lives.ends import order, paid_in_full
from chaos.stripe.objects.checkout_session import CheckoutSession
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.story import Story


def _page(story: Story) -> tuple[CheckoutSession, PaymentIntent]:
    """A page and its payment, of which only the page names the order now and then."""
    intent = PaymentIntent(story, named=story.chance(0.5))
    intent.created()
    return CheckoutSession(story, intent), intent


def session_paid(story: Story) -> Expected:
    """By card: the page and the payment say the same."""
    session, intent = _page(story)
    if story.chance(0.3):
        intent.declined()
    intent.succeeded()
    session.completed("paid")
    return paid_in_full(story)


def session_expired(story: Story) -> Expected:
    """The buyer never came; Stripe cancels the payment, if there was one by then."""
    if story.chance(0.5):
        session, intent = _page(story)
        session.expired()
        intent.canceled()
    else:
        CheckoutSession(story).expired()
    return order(story, "expired")


def session_awaiting_funds(story: Story) -> Expected:
    """By debit, which is still on its way when the run ends."""
    session, intent = _page(story)
    intent.processing()
    session.completed("unpaid")
    return order(story, "processing")


def session_funds_came(story: Story) -> Expected:
    """By debit, which arrives."""
    session, intent = _page(story)
    intent.processing()
    session.completed("unpaid")
    intent.succeeded()
    session.funds_came()
    return paid_in_full(story)


def session_funds_failed(story: Story) -> Expected:
    """By debit, which comes back."""
    session, intent = _page(story)
    intent.processing()
    session.completed("unpaid")
    intent.bounced()
    session.funds_failed()
    return order(story, "payment_failed")
