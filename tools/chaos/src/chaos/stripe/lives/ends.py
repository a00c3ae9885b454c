"""How lives end, in the few words that each has to say."""

from chaos.stripe.life import Expected
from chaos.stripe.story import Story


def order(
    story: Story,
    status: str,
    *,
    captured: int = 0,
    refunded: int = 0,
    disputed: int = 0,
    flags: tuple[str, ...] = (),
) -> Expected:
    """An order of the life's amount."""
    return Expected(
        kind="order",
        id=story.order_id,
        status=status,
        amount=story.amount,
        captured=captured,
        refunded=refunded,
        disputed=disputed,
        currency=story.currency,
        flags=flags,
    )


def paid_in_full(story: Story) -> Expected:
    """An order that is paid in full, and of which nothing goes back."""
    return order(story, "paid", captured=story.amount)
