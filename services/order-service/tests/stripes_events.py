"""Stripe's events as a test needs them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

EPOCH = 1_790_000_000
GOLDEN = Path(__file__).parent / "golden"


class Stripe:
    """Writes events as Stripe does."""

    def event(self, event_type: str, told_of: Mapping[str, Any], *, id: str, at: int = 0) -> bytes:  # noqa: A002
        """Any event, `at` seconds after a fixed one."""
        whole = {
            "id": id,
            "object": "event",
            "type": event_type,
            "created": EPOCH + at,
            "data": {"object": told_of},
        }
        return json.dumps(whole, indent=2).encode()

    def thin(self, happened: str, url: str = "/v1/payment_intents/pi_1", **changes: Any) -> bytes:
        """A thin event, such as `payment_intent.succeeded` about what stands at `url`."""
        kind = url.rpartition("/")[0].removeprefix("/v1/").removesuffix("s").replace("/", ".")
        whole = {
            "id": "evt_test_1",
            "object": "v2.core.event",
            "type": f"v1.{happened}",
            "livemode": False,
            "created": datetime.fromtimestamp(EPOCH, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "reason": None,
            "context": None,
            "related_object": {"id": url.rpartition("/")[2], "type": kind, "url": url},
            **changes,
        }
        return json.dumps(whole, indent=2).encode()

    def payment(
        self, happened: str, *, at: int = 0, pi: str = "pi_1", order: str | None = "ord_1", **changes: Any
    ) -> bytes:
        """A PaymentIntent's event of 19.99 usd; `method` is the attempt's payment method."""
        method = changes.pop("method", "pm_1")
        event_id = changes.pop("id", f"evt_{pi}_{happened}_{at}_{method}")
        amount = changes.pop("amount", 1999)
        failed = {"code": "card_declined", "decline_code": "generic_decline", "payment_method": {"id": method}}
        intent = {
            "id": pi,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": amount if happened == "succeeded" else 0,
            "currency": "usd",
            "customer": None,
            "last_payment_error": failed if happened == "payment_failed" else None,
            "metadata": {"order_id": order} if order else {},
            "payment_method": None if happened in ("created", "payment_failed") else method,
            **changes,
        }
        return self.event(f"payment_intent.{happened}", intent, id=event_id, at=at)

    def session(self, happened: str, *, at: int = 0, order: str | None = "ord_1", **changes: Any) -> bytes:
        """A Checkout Session's event of 19.99 usd."""
        event_id = changes.pop("event_id", f"evt_cs_{happened}_{at}")
        session = {
            "id": "cs_1",
            "object": "checkout.session",
            "amount_total": 1999,
            "currency": "usd",
            "mode": "payment",
            "payment_intent": "pi_1",
            "payment_status": "unpaid",
            "metadata": {"order_id": order} if order else {},
            **changes,
        }
        return self.event(f"checkout.session.{happened}", session, id=event_id, at=at)

    def refund(self, status: str = "succeeded", *, re: str = "re_1", at: int = 0, **changes: Any) -> bytes:
        """A Refund's event of 5.00 usd, made in Stripe's dashboard: nothing in it names an order."""
        happened = changes.pop("happened", "refund.updated")
        event_id = changes.pop("event_id", f"evt_{re}_{happened}_{status}_{at}")
        refund = {
            "id": re,
            "object": "refund",
            "amount": 500,
            "charge": "ch_1",
            "created": EPOCH,
            "currency": "usd",
            "failure_reason": "unknown" if status == "failed" else None,
            "metadata": {},
            "payment_intent": "pi_1",
            "reason": None,
            "status": status,
            **changes,
        }
        return self.event(happened, refund, id=event_id, at=at)

    def dispute(self, status: str = "needs_response", *, dp: str = "dp_1", at: int = 0, **changes: Any) -> bytes:
        """A Dispute's event about all of 19.99 usd."""
        happened = f"charge.dispute.{changes.pop('happened', 'updated')}"
        event_id = changes.pop("event_id", f"evt_{dp}_{happened}_{status}_{at}")
        dispute = {
            "id": dp,
            "object": "dispute",
            "amount": 1999,
            "balance_transactions": [],
            "charge": "ch_1",
            "created": EPOCH,
            "currency": "usd",
            "metadata": {},
            "payment_intent": "pi_1",
            "reason": "fraudulent",
            "status": status,
            **changes,
        }
        return self.event(happened, dispute, id=event_id, at=at)


def golden_event(name: str, *, at: int | None = None, version: str = "2026-08-26.dahlia", **fields: Any) -> bytes:
    """Stripe's event about one subscription as it is kept in a file, with these fields of its object changed."""
    whole = json.loads((GOLDEN / version / f"{name}.json").read_text())
    whole["id"] = fields.pop("event_id", whole["id"] if at is None else f"{whole['id']}_{at}")
    whole["created"] = whole["created"] if at is None else 1_767_225_600 + at
    whole["data"]["previous_attributes"] = fields.pop("before", whole["data"].get("previous_attributes", {}))
    whole["data"]["object"] |= fields
    return json.dumps(whole, indent=2).encode()
