"""Lives of paid orders about which a buyer complains with the bank."""

from chaos.stripe.life import Expected
from chaos.stripe.lives.ends import order, paid_in_full
from chaos.stripe.lives.refunds import bought
from chaos.stripe.objects.dispute import Dispute
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.objects.refund import Refund
from chaos.stripe.story import Story


def _disputed(intent: PaymentIntent, amount: int | None = None) -> Dispute:
    dispute = Dispute(intent, amount)
    dispute.opened()
    dispute.withdrawn()
    if dispute.story.chance(0.6):
        dispute.updated("under_review")
    return dispute


def disputed(story: Story) -> Expected:
    """The bank has not decided yet."""
    _disputed(bought(story))
    return order(story, "disputed", captured=story.amount, disputed=story.amount)


def dispute_won(story: Story) -> Expected:
    """Nothing of it is left."""
    dispute = _disputed(bought(story))
    dispute.closed("won")
    dispute.reinstated()
    return paid_in_full(story)


def dispute_lost(story: Story) -> Expected:
    """The money is gone."""
    _disputed(bought(story)).closed("lost")
    return order(story, "dispute_lost", captured=story.amount, disputed=story.amount)


def dispute_lost_in_part(story: Story) -> Expected:
    """Some of the money is gone."""
    part = story.part()
    _disputed(bought(story), part).closed("lost")
    return order(story, "dispute_lost", captured=story.amount, disputed=part)


def inquiry_closed(story: Story) -> Expected:
    """The bank only asked."""
    inquiry = Dispute(bought(story))
    inquiry.opened("warning_needs_response")
    if story.chance(0.5):
        inquiry.updated("warning_under_review")
    inquiry.closed("warning_closed")
    return paid_in_full(story)


def inquiry_becomes_dispute(story: Story) -> Expected:
    """The bank asked, and was not content."""
    inquiry = Dispute(bought(story))
    inquiry.opened("warning_needs_response")
    inquiry.updated("needs_response")
    inquiry.withdrawn()
    return order(story, "disputed", captured=story.amount, disputed=story.amount)


def refunded_in_part_then_disputed(story: Story) -> Expected:
    """Some went back of a purchase about which the buyer then complains; it is won."""
    part, intent = story.part(), bought(story)
    Refund(intent, part).whole()
    _disputed(intent, story.amount - part).closed("won")
    return order(story, "partially_refunded", captured=story.amount, refunded=part)
