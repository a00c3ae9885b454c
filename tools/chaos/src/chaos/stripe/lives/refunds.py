"""Lives of paid orders of which money goes back."""

from chaos.stripe.life import Expected
from chaos.stripe.lives.ends import order, paid_in_full
from chaos.stripe.lives.payments import opened
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.objects.refund import Refund
from chaos.stripe.story import Story


def bought(story: Story) -> PaymentIntent:
    """A payment whose money is there."""
    intent = opened(story)
    intent.succeeded()
    return intent


def refunded_in_part(story: Story) -> Expected:
    """Some goes back."""
    part = story.part()
    Refund(bought(story), part).whole()
    return order(story, "partially_refunded", captured=story.amount, refunded=part)


def refunded_in_parts(story: Story) -> Expected:
    """Some goes back, and some more later."""
    intent, back = bought(story), 0
    for _ in range(story.random.randint(2, 4)):
        part = max(1, (story.amount - back) // 3)
        Refund(intent, part).whole()
        back += part
    return order(story, "partially_refunded", captured=story.amount, refunded=back)


def refunded(story: Story) -> Expected:
    """All of it goes back at once."""
    Refund(bought(story), story.amount).whole()
    return order(story, "refunded", captured=story.amount, refunded=story.amount)


def refunded_bit_by_bit(story: Story) -> Expected:
    """All of it goes back, in two refunds."""
    part, intent = story.part(), bought(story)
    Refund(intent, part).whole()
    Refund(intent, story.amount - part).whole()
    return order(story, "refunded", captured=story.amount, refunded=story.amount)


def refund_pending(story: Story) -> Expected:
    """It was asked for and is on its way: still paid."""
    Refund(bought(story), story.part()).begun()
    return paid_in_full(story)


def refund_failed(story: Story) -> Expected:
    """It had succeeded, and the bank sent it back: the money is the order's again."""
    refund = Refund(bought(story), story.random.choice((story.amount, story.part())))
    refund.begun()
    if story.chance(0.7):
        refund.done()
    refund.failed()
    return paid_in_full(story)


def refund_failed_then_repeated(story: Story) -> Expected:
    """The second try to give all of it back succeeds."""
    intent = bought(story)
    first = Refund(intent, story.amount)
    first.begun()
    first.failed()
    Refund(intent, story.amount).whole()
    return order(story, "refunded", captured=story.amount, refunded=story.amount)


def refund_canceled(story: Story) -> Expected:
    """The buyer never said where to: the order stays paid."""
    refund = Refund(bought(story), story.part())
    refund.begun("requires_action")
    refund.canceled()
    return paid_in_full(story)
