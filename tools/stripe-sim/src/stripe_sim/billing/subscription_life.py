"""What becomes of a subscription as time passes and its invoices are paid or not."""

from stripe_sim.account import NOBODY, Account
from stripe_sim.billing import billing, invoice_lines, invoice_object
from stripe_sim.billing.invoice_object import subscription_of
from stripe_sim.billing.subscription_object import ENDED, KIND, became, ended, in_period, period_of, told
from stripe_sim.changes import Cause, Change
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object


def invoiced(
    account: Account, subscription: Object, reason: str, cause: Cause = NOBODY, *, only_pending: bool = False
) -> Object:
    """The subscription with a new draft for the current period and what changes left over; both are told.

    The draft is finalized by whoever asked; after an hour it finalizes by itself, as long as payments are collected.
    """
    lines = pending_lines(account, subscription)
    if not only_pending:
        lines = [*lines, *invoice_lines.for_period(account, subscription)]
    period = _billed_period(account, subscription, reason)
    invoice = invoice_object.new(subscription, lines, reason, period, account.moment())
    collected = subscription["status"] != "unpaid"
    invoice = billing.keep(account, invoice, finalizes_after=account.settings.draft_seconds if collected else None)
    subscription = {**subscription, "latest_invoice": invoice["id"]}
    account.store.put_beside(subscription, "pending_lines", {"data": []})
    what = "created" if reason == "subscription_create" else "updated"
    events = (*told(subscription, what).events, ("invoice.created", invoice))
    account.apply(Change((subscription, invoice), events), cause)
    return subscription


def bill_now(account: Account, subscription: Object, reason: str, call: Call, *, only_pending: bool = False) -> Object:
    """The invoice for what is owed now, finalized and collected; a refusal is what the invoice says."""
    subscription = invoiced(account, subscription, reason, call.cause, only_pending=only_pending)
    invoice = account.find(invoice_object.KIND, subscription["latest_invoice"], param="invoice")
    invoice = billing.finalize(account, invoice, call.cause)
    return billing.try_to_collect(account, invoice) if invoice["status"] == "open" else invoice


def pending_lines(account: Account, subscription: Object) -> list[Object]:
    """What changes left over for the next invoice."""
    if not account.store.has_beside(subscription, "pending_lines"):
        return []
    lines: list[Object] = account.store.beside(subscription, "pending_lines")["data"]
    return lines


def renew(account: Account, subscription: Object) -> Object:
    """The next period begins, and its invoice."""
    was_trial = subscription["status"] == "trialing"
    if was_trial and has_no_method(account, subscription):
        match subscription["trial_settings"]["end_behavior"]["missing_payment_method"]:
            case "cancel":
                return end(account, subscription)
            case "pause":
                account.apply(told({**subscription, "status": "paused"}, "updated", "paused"))
                return again(account, subscription)
    subscription = in_period(subscription, period_of(subscription)[1])
    return invoiced(account, {**subscription, "status": "active"} if was_trial else subscription, "subscription_cycle")


def warn(account: Account, subscription: Object, cause: Cause = NOBODY) -> None:
    """Tell that the trial is about to end; once."""
    account.store.put_beside(subscription, "warned", {"trial_end": subscription["trial_end"]})
    account.apply(Change(events=told(subscription, "trial_will_end").events), cause)


def end(account: Account, subscription: Object, reason: str | None = None, cause: Cause = NOBODY) -> Object:
    """It is over: nothing is billed or collected any more."""
    now = account.moment().now
    status = "incomplete_expired" if subscription["status"] == "incomplete" else "canceled"
    account.apply(ended(subscription, now, status, reason), cause)
    for invoice in list(account.store.oldest_first(invoice_object.KIND)):
        if invoice["status"] in ("draft", "open") and subscription_of(invoice) == subscription["id"]:
            account.apply(Change((invoice_object.at_rest(invoice),)))
            if status == "incomplete_expired":
                billing.void(account, invoice, cause)
    return again(account, subscription)


def expire(account: Account, subscription: Object) -> Object:
    """The first payment did not come in time."""
    now = account.moment().now
    account.apply(became(subscription, status="incomplete_expired", ended_at=now))
    invoice = account.store.get(invoice_object.KIND, subscription["latest_invoice"])
    if invoice is not None and invoice["status"] == "open":
        billing.void(account, invoice)
    return again(account, subscription)


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let a subscription take note of what became of its invoice or its customer."""
    if event_type == "customer.deleted":
        _end_all_of(account, thing["id"])
    if event_type == "setup_intent.succeeded":
        _set_up(account, thing)
    if event_type == "payment_intent.processing":
        _begin_while_processing(account, thing)
    if thing["object"] != invoice_object.KIND:
        return
    subscription = account.store.get(KIND, subscription_of(thing))
    if subscription is None or subscription["status"] in ENDED or subscription["latest_invoice"] != thing["id"]:
        return
    with account.time_of(subscription):
        match event_type:
            case "invoice.paid" | "invoice.voided" | "invoice.marked_uncollectible":
                _settled(account, subscription, thing, event_type)
            case "invoice.payment_failed":
                _not_paid(account, subscription, thing)


def again(account: Account, subscription: Object) -> Object:
    """The subscription as it is now."""
    return account.store.get(KIND, subscription["id"]) or subscription


def _settled(account: Account, subscription: Object, invoice: Object, event_type: str) -> None:
    """Nothing is owed for the current period."""
    if subscription["status"] == "incomplete" and event_type != "invoice.paid":
        account.apply(became(subscription, status="incomplete_expired", ended_at=account.moment().now))
        return
    changed = _paying_with(account, subscription, invoice)
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        changed = {**changed, "status": "active"}
    if changed != subscription:
        account.apply(told(changed, "updated"))


def _paying_with(account: Account, subscription: Object, invoice: Object) -> Object:
    """With `save_default_payment_method` the method that paid first is the one that pays on."""
    saves = subscription["payment_settings"]["save_default_payment_method"] == "on_subscription"
    payments = account.store.beside(invoice, "payments")["data"]
    intent = payments and account.store.get("payment_intent", payments[0]["payment"]["payment_intent"])
    if not saves or not intent or intent["status"] != "succeeded":
        return subscription
    return {**subscription, "default_payment_method": intent["payment_method"]}


def _not_paid(account: Account, subscription: Object, invoice: Object) -> None:
    """Past due while there is another try; after the last one what the settings say."""
    if subscription["status"] not in ("active", "past_due"):
        return
    status = "past_due" if invoice["next_payment_attempt"] else account.settings.after_retries
    if status == "canceled":
        end(account, subscription, "payment_failed")
    elif status != subscription["status"]:
        account.apply(became(subscription, status=status))


def _begin_while_processing(account: Account, intent: Object) -> None:
    """A bank debit takes days; the subscription begins with it."""
    if not account.store.has_beside(intent, invoice_object.KIND):
        return
    invoice = account.store.get(invoice_object.KIND, account.store.beside(intent, invoice_object.KIND)["id"])
    subscription = invoice and account.store.get(KIND, subscription_of(invoice))
    if subscription and subscription["status"] == "incomplete":
        account.apply(became(subscription, status="active"))


def _set_up(account: Account, intent: Object) -> None:
    """The card that a trial asked for is the subscription's own from now on."""
    for subscription in account.store.newest_first(KIND):
        if subscription["pending_setup_intent"] == intent["id"]:
            told_of = {"default_payment_method": intent["payment_method"], "pending_setup_intent": None}
            account.apply(became(subscription, **told_of))
            return


def _end_all_of(account: Account, customer: str) -> None:
    for subscription in list(account.store.oldest_first(KIND)):
        if subscription["customer"] == customer and subscription["status"] not in ENDED:
            with account.time_of(subscription):
                end(account, subscription)


def has_no_method(account: Account, subscription: Object) -> bool:
    customer = account.store.get("customer", subscription["customer"]) or {}
    return not (
        subscription["default_payment_method"] or customer.get("invoice_settings", {}).get("default_payment_method")
    )


def _billed_period(account: Account, subscription: Object, reason: str) -> tuple[int, int]:
    """A renewal's invoice says the period that ended, the others the moment. So it is at Stripe."""
    start = period_of(subscription)[0]
    if reason == "subscription_cycle":
        before = account.store.get(KIND, subscription["id"])
        return period_of(before) if before else (start, start)
    now = account.moment().now
    return now, now
