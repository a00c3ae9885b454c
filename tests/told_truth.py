"""What order-service and notifier tell, in the shape in which `stripes_truth` derives it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from shop_server import Json


def order_as_told(order: Json) -> Json:
    """The order of the read API."""
    plain = ("status", "amount", "captured", "refunded", "disputed", "flags")
    return {
        **{name: order[name] for name in plain},
        "payments": {
            one["payment_intent_id"]: (one["status"], one["amount"], one["captured"]) for one in order["payments"]
        },
        "refunds": {one["refund_id"]: _refund(one) for one in order["refunds"]},
        "disputes": {one["dispute_id"]: _dispute(one) for one in order["disputes"]},
        "checkout_sessions": {one["checkout_session_id"]: one["status"] for one in order["checkout_sessions"]},
    }


def _refund(refund: Json) -> tuple[object, ...]:
    return tuple(refund[name] for name in ("payment_intent_id", "status", "amount", "reason", "failure_reason"))


def _dispute(dispute: Json) -> tuple[object, ...]:
    return tuple(dispute[name] for name in ("payment_intent_id", "status", "amount", "reason", "funds_withdrawn"))


def subscription_as_told(subscription: Json) -> Json:
    """The subscription of the read API."""
    return {
        **{name: subscription[name] for name in ("status", "currency", "cancel_at_period_end")},
        "items": {item["price_id"]: (item["quantity"], item["unit_amount"]) for item in subscription["items"]},
        "current_period_end": _second(subscription["current_period_end"]),
        "trial_end": _second(subscription["trial_end"]),
        "invoices": {invoice["invoice_id"]: _invoice(invoice) for invoice in subscription["invoices"]},
    }


def _invoice(invoice: Json) -> tuple[object, ...]:
    payments = tuple((one["payment_intent_id"], one["status"], one["captured"]) for one in invoice["payments"])
    return *(invoice[name] for name in ("status", "currency", "amount_due", "amount_paid")), payments


def _second(moment: str | None) -> int | None:
    return int(datetime.fromisoformat(moment).timestamp()) if moment else None


def applied_twice(timeline: Sequence[Json]) -> list[str]:
    """The events that took effect more than once; a copy's own line is called a duplicate."""
    effects = Counter(line["event_id"] for line in timeline if line["outcome"] != "duplicate")
    return [event_id for event_id, times in effects.items() if times > 1]


def versions_made(timeline: Sequence[Json]) -> list[int]:
    """The versions that events made."""
    return sorted(line["version"] for line in timeline if line["version"])


def differs(frame: Json, read: Json) -> Json:
    """Where a frame of the WebSocket tells something else than the read API: both values by name."""
    amounts = ("ordered", "amount"), *((name, name) for name in ("captured", "refunded", "disputed"))
    told = {name: frame[name] for name in frame.keys() & read.keys() - {"amounts", "type", "at"}}
    told |= {there: frame["amounts"][here] for here, there in amounts if "amounts" in frame}
    return {name: (value, read[name]) for name, value in told.items() if value != read[name]}
