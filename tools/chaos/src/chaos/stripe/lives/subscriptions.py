"""Lives of subscriptions: what Stripe's calendar does to them."""

from chaos.stripe.life import Expected
from chaos.stripe.objects.invoice import Invoice
from chaos.stripe.objects.subscription import Subscription
from chaos.stripe.story import Story


def _ends(
    subscription: Subscription, status: str, invoice: Invoice, invoice_status: str, flags: tuple[str, ...] = ()
) -> Expected:
    """Amounts are the latest invoice's."""
    return Expected(
        kind="subscription",
        id=subscription.ours,
        status=status,
        amount=invoice.amount,
        captured=invoice.amount if invoice_status == "paid" else 0,
        currency=subscription.story.currency,
        flags=flags,
        latest_invoice=invoice_status,
    )


def _begun(story: Story) -> tuple[Subscription, Invoice]:
    """A subscription whose first month is paid."""
    subscription = Subscription(story)
    subscription.created("incomplete")
    invoice = Invoice(subscription, 1)
    invoice.finalized()
    invoice.paid()
    subscription.becomes("active")
    return subscription, invoice


def _on_trial(story: Story) -> tuple[Subscription, Invoice]:
    subscription = Subscription(story, trial=True)
    subscription.created("trialing")
    invoice = Invoice(subscription, 1, amount=0)
    invoice.finalized()
    invoice.paid()
    return subscription, invoice


def _next_invoice_fails(story: Story) -> tuple[Subscription, Invoice]:
    """A subscription whose second month could not be collected."""
    subscription, _ = _begun(story)
    invoice = Invoice(subscription, 2)
    invoice.finalized()
    subscription.renewed()
    invoice.failed()
    subscription.becomes("past_due")
    return subscription, invoice


def active(story: Story) -> Expected:
    """The first month is paid."""
    subscription, invoice = _begun(story)
    return _ends(subscription, "active", invoice, "paid")


def renewed(story: Story) -> Expected:
    """The second month is paid too."""
    subscription, _ = _begun(story)
    invoice = Invoice(subscription, 2)
    invoice.finalized()
    subscription.renewed()
    invoice.paid()
    return _ends(subscription, "active", invoice, "paid")


def on_trial(story: Story) -> Expected:
    """Nothing is due yet; that the trial will end may have been announced."""
    subscription, invoice = _on_trial(story)
    announced = story.chance(0.5)
    if announced:
        subscription.trial_will_end()
    return _ends(subscription, "trialing", invoice, "nothing_due", ("trial_ending",) if announced else ())


def trial_then_active(story: Story) -> Expected:
    """The first money comes after the trial."""
    subscription, _ = _on_trial(story)
    subscription.trial_will_end()
    invoice = Invoice(subscription, 2)
    invoice.finalized()
    subscription.becomes("active")
    invoice.paid()
    return _ends(subscription, "active", invoice, "paid")


def trial_then_paused(story: Story) -> Expected:
    """At its end there is nothing to pay with."""
    subscription, invoice = _on_trial(story)
    subscription.paused()
    return _ends(subscription, "paused", invoice, "nothing_due")


def past_due(story: Story) -> Expected:
    """The renewal could not be collected."""
    subscription, invoice = _next_invoice_fails(story)
    return _ends(subscription, "past_due", invoice, "open")


def past_due_then_active(story: Story) -> Expected:
    """The renewal is paid with another card."""
    subscription, invoice = _next_invoice_fails(story)
    story.now += 1  # there and back within one second would be a circle, of which nobody can tell the end
    invoice.paid()
    subscription.becomes("active")
    return _ends(subscription, "active", invoice, "paid")


def unpaid(story: Story) -> Expected:
    """Stripe has given up trying."""
    subscription, invoice = _next_invoice_fails(story)
    invoice.failed()
    subscription.becomes("unpaid")
    return _ends(subscription, "unpaid", invoice, "open")


def given_up(story: Story) -> Expected:
    """Stripe has given up trying, ends it, and writes the money off."""
    subscription, invoice = _next_invoice_fails(story)
    subscription.deleted()
    invoice.written_off()
    return _ends(subscription, "canceled", invoice, "uncollectible", ("invoice_uncollectible",))


def canceled(story: Story) -> Expected:
    """The customer has had enough."""
    subscription, invoice = _begun(story)
    subscription.deleted()
    return _ends(subscription, "canceled", invoice, "paid")


def never_begun(story: Story) -> Expected:
    """The first month was never paid."""
    subscription = Subscription(story)
    subscription.created("incomplete")
    invoice = Invoice(subscription, 1)
    invoice.finalized()
    invoice.failed()
    invoice.voided()
    subscription.becomes("incomplete_expired")
    return _ends(subscription, "incomplete_expired", invoice, "void")
