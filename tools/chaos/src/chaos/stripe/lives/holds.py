"""Lives of orders whose money is held first and taken later."""

from chaos.stripe.life import Expected
from chaos.stripe.lives.ends import order, paid_in_full
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.objects.refund import Refund
from chaos.stripe.story import Story


def held(story: Story) -> PaymentIntent:
    """A payment whose money is held."""
    intent = PaymentIntent(story, manual=True)
    intent.created()
    intent.authorized()
    return intent


def authorized(story: Story) -> Expected:
    """Nobody has captured it yet."""
    held(story)
    return order(story, "authorized")


def declined_then_authorized(story: Story) -> Expected:
    """The second card's bank holds the money, perhaps within the same second."""
    intent = PaymentIntent(story, manual=True)
    intent.created()
    intent.declined()
    intent.authorized()
    return order(story, "authorized")


def captured(story: Story) -> Expected:
    """All of it is taken at shipping."""
    held(story).succeeded()
    return paid_in_full(story)


def captured_in_part(story: Story) -> Expected:
    """Less is taken than was held, on purpose: paid, and not underpaid."""
    part = story.part()
    held(story).succeeded(part)
    return order(story, "paid", captured=part)


def captured_in_part_then_refunded(story: Story) -> Expected:
    """No more goes back than was captured."""
    part, intent = story.part(), held(story)
    intent.succeeded(part)
    Refund(intent, part).whole()
    return order(story, "refunded", captured=part, refunded=part)


def released(story: Story) -> Expected:
    """The hold is let go: canceled, and no refund, whatever the charge says."""
    held(story).canceled()
    return order(story, "canceled")
