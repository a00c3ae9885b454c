"""Lives of orders that are paid by one payment, or not."""

from chaos.stripe.life import Expected
from chaos.stripe.lives.ends import order, paid_in_full
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.story import Story


def opened(story: Story) -> PaymentIntent:
    """The payment with which every one of these begins."""
    intent = PaymentIntent(story)
    intent.created()
    return intent


def paid(story: Story) -> Expected:
    """The buyer's card is good."""
    opened(story).succeeded()
    return paid_in_full(story)


def abandoned(story: Story) -> Expected:
    """The buyer leaves before paying."""
    opened(story)
    return order(story, "pending")


def declined(story: Story) -> Expected:
    """Every card the buyer has is declined, up to two of them."""
    intent = opened(story)
    for _ in range(story.random.randint(1, 2)):
        intent.declined()
    return order(story, "payment_failed")


def declined_then_paid(story: Story) -> Expected:
    """The next card is good, perhaps within the same second."""
    intent = opened(story)
    for _ in range(story.random.randint(1, 3)):
        intent.declined()
    intent.succeeded()
    return paid_in_full(story)


def processing(story: Story) -> Expected:
    """A debit that is still on its way when the run ends."""
    opened(story).processing()
    return order(story, "processing")


def processing_then_paid(story: Story) -> Expected:
    """A debit that arrives."""
    intent = opened(story)
    intent.processing()
    intent.succeeded()
    return paid_in_full(story)


def processing_then_failed(story: Story) -> Expected:
    """A debit that comes back."""
    intent = opened(story)
    intent.processing()
    intent.bounced()
    return order(story, "payment_failed")


def challenged(story: Story) -> Expected:
    """The bank asks for 3-D Secure, and the buyer is gone."""
    opened(story).challenged()
    return order(story, "requires_action")


def challenged_then_paid(story: Story) -> Expected:
    """The buyer passes 3-D Secure."""
    intent = opened(story)
    intent.challenged()
    intent.succeeded()
    return paid_in_full(story)


def challenged_then_failed(story: Story) -> Expected:
    """The buyer fails 3-D Secure."""
    intent = opened(story)
    intent.challenged()
    intent.not_authenticated()
    return order(story, "payment_failed")


def declined_then_challenged(story: Story) -> Expected:
    """A card is declined, the next one's bank asks for 3-D Secure, perhaps within the same second."""
    intent = opened(story)
    intent.declined()
    intent.challenged()
    return order(story, "requires_action")


def canceled(story: Story) -> Expected:
    """The merchant cancels it, perhaps after a card was declined."""
    intent = opened(story)
    if story.chance(0.5):
        intent.declined()
    intent.canceled()
    return order(story, "canceled")


def canceled_then_paid_anew(story: Story) -> Expected:
    """The first payment is canceled and a second one takes the money: that is no double charge."""
    opened(story).canceled()
    opened(story).succeeded()
    return paid_in_full(story)
