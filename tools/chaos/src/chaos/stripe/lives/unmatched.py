"""Lives of money that no order claims."""

from chaos.stripe.life import Expected
from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.objects.refund import Refund
from chaos.stripe.story import Story


def unmatched(story: Story) -> Expected:
    """Somebody paid by a payment that was made in the dashboard; some of it may go back."""
    intent = PaymentIntent(story, named=False)
    intent.created()
    intent.succeeded()
    back = story.part() if story.chance(0.3) else 0
    if back:
        Refund(intent, back).whole()
    return Expected(
        kind="unmatched",
        id=intent.id,
        status="succeeded",
        amount=story.amount,
        captured=story.amount,
        refunded=back,
        currency=story.currency,
    )
