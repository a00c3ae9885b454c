"""Lives of orders for which money came twice."""

from chaos.stripe.life import Expected
from chaos.stripe.lives.ends import order
from chaos.stripe.lives.payments import opened
from chaos.stripe.lives.refunds import bought
from chaos.stripe.objects.dispute import Dispute
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.objects.refund import Refund
from chaos.stripe.story import Story

OVERPAID = ("overpaid",)


def _twice(story: Story) -> tuple[PaymentIntent, PaymentIntent]:
    """Two tabs, two payments; their events may be told one through the other."""
    if story.chance(0.5):
        return bought(story), bought(story)
    first, second = opened(story), opened(story)
    second.succeeded()
    first.succeeded()
    return first, second


def overpaid(story: Story) -> Expected:
    """Both are there: flagged, never hidden."""
    _twice(story)
    return order(story, "paid", captured=2 * story.amount, flags=OVERPAID)


def overpaid_then_refunded(story: Story) -> Expected:
    """One of the two went back whole: paid, and the flag is gone."""
    Refund(story.random.choice(_twice(story)), story.amount).whole()
    return order(story, "paid", captured=2 * story.amount, refunded=story.amount)


def overpaid_then_refunded_in_part(story: Story) -> Expected:
    """Some of one went back: money of both is still there."""
    part = story.part()
    Refund(story.random.choice(_twice(story)), part).whole()
    return order(story, "partially_refunded", captured=2 * story.amount, refunded=part, flags=OVERPAID)


def overpaid_then_lost(story: Story) -> Expected:
    """The bank took one of the two back for good, so only one is there."""
    dispute = Dispute(story.random.choice(_twice(story)))
    dispute.opened()
    dispute.closed("lost")
    return order(story, "dispute_lost", captured=2 * story.amount, disputed=story.amount)
