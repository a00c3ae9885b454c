"""The Invoice, and what it becomes. Pure.

draft ─finalized→ open ─paid→ paid · open → void | uncollectible · uncollectible → paid | void
"""

from typing import Any

from stripe_sim.changes import Change, Moment
from stripe_sim.objects import Object

KIND = "invoice"


def new(subscription: Object, lines: list[Object], reason: str, period: tuple[int, int], moment: Moment) -> Object:
    """A draft for a subscription."""
    name, total = moment.names.id("in"), sum(line["amount"] for line in lines)
    url = f"/v1/invoices/{name}/lines"
    return {
        "id": name,
        "object": KIND,
        "account_country": "US",
        "account_name": None,
        "account_tax_ids": None,
        "amount_due": max(total, 0),
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": max(total, 0),
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": _NO_TAX,
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": moment.now,
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": subscription["customer"],
        "customer_account": None,
        "customer_address": None,
        "customer_email": None,
        "customer_name": None,
        "customer_phone": None,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": {
            "object": "list",
            "data": [{**line, "invoice": name} for line in lines],
            "has_more": False,
            "url": url,
        },
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
            "type": "subscription_details",
        },
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": period[1],
        "period_start": period[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": subscription["test_clock"],
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


_NO_TAX: Object = {"enabled": False, **dict.fromkeys(("disabled_reason", "liability", "provider", "status"))}


def subscription_of(invoice: Object) -> str:
    """The id of the subscription that it is for."""
    return str(invoice["parent"]["subscription_details"]["subscription"])


def finalized(invoice: Object, balance: int, moment: Moment) -> Object:
    """It can be paid now. `balance` is the customer's: what is below zero pays a part of it."""
    due = max(invoice["total"] + balance, 0)
    return _at(invoice, "finalized_at", moment.now) | {
        "amount_due": due,
        "amount_remaining": due,
        "automatically_finalizes_at": None,
        "effective_at": moment.now,
        "ending_balance": invoice["total"] + balance - due,
        "last_finalization_error": None,
        "number": f"{moment.names.characters(8).upper()}-0001",
        "starting_balance": balance,
        "status": "open",
    }


def not_finalized(invoice: Object, error: Object) -> Change:
    """Something stands in the way of its being finalized; it waits for somebody to mend it."""
    invoice = {**invoice, "auto_advance": False, "automatically_finalizes_at": None, "last_finalization_error": error}
    return _told(invoice, "finalization_failed")


def paid(invoice: Object, now: int, *, out_of_band: bool = False) -> Change:
    """Nothing remains to be paid."""
    invoice = _at(invoice, "paid_at", now) | {
        "amount_paid": 0 if out_of_band else invoice["amount_due"],
        "amount_paid_off_stripe": invoice["amount_due"] if out_of_band else 0,
        "amount_remaining": 0,
        "attempt_count": invoice["attempt_count"] + (1 if invoice["amount_due"] and not out_of_band else 0),
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
    }
    return _told(invoice, *(("updated", "paid") if out_of_band else ("updated", "payment_succeeded", "paid")))


def not_paid(invoice: Object, next_attempt: int | None) -> Change:
    """An attempt to collect it failed."""
    invoice = _attempted(invoice) | {"next_payment_attempt": next_attempt}
    return _told(invoice, "updated", "payment_failed")


def needs_action(invoice: Object) -> Change:
    """The buyer must authenticate."""
    return _told(invoice, "payment_action_required")


def voided(invoice: Object, now: int) -> Change:
    """It is as if it had never been."""
    invoice = _at(invoice, "voided_at", now) | _AT_REST | {"status": "void"}
    return _told(invoice, "updated", "voided")


def uncollectible(invoice: Object, now: int) -> Change:
    """Nobody expects it to be paid any more."""
    invoice = _at(invoice, "marked_uncollectible_at", now) | _AT_REST | {"status": "uncollectible"}
    return _told(invoice, "updated", "marked_uncollectible")


def at_rest(invoice: Object) -> Object:
    """Nothing happens to it by itself any more."""
    return {**invoice, **_AT_REST}


_AT_REST: Object = {"auto_advance": False, "automatically_finalizes_at": None, "next_payment_attempt": None}


def _attempted(invoice: Object) -> dict[str, Any]:
    return {**invoice, "attempt_count": invoice["attempt_count"] + 1, "attempted": True}


def _at(invoice: Object, transition: str, now: int) -> Object:
    return {**invoice, "status_transitions": {**invoice["status_transitions"], transition: now}}


def _told(invoice: Object, *what: str) -> Change:
    return Change((invoice,), tuple((f"invoice.{one}", invoice) for one in what))
