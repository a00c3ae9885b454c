"""How a subscription is changed: its items, its trial, its end."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import subscription_items, subscription_life
from stripe_sim.billing.subscription_object import ENDED, canceling, in_period, period_of, told, with_items
from stripe_sim.http.errors import invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object

ALWAYS = ("cancellation_details", "expand", "metadata")
WHILE_INCOMPLETE = (*ALWAYS, "default_payment_method", "description", "payment_settings")
REPLACED = ("default_payment_method", "description", "trial_settings")


def change(account: Account, subscription: Object, call: Call) -> Object:
    """The subscription afterwards; what is owed for a new period or a change to be billed now is billed."""
    params = call.params
    _check_allowed(account, subscription, params)
    changed = _described(subscription, params)
    if "items" in params:
        changed = with_items(changed, subscription_items.changed(account, subscription, params["items"]))
        subscription_items.check_total(account, changed)
    lines = _prorations(account, subscription, changed, params)
    anew = _begins_anew(subscription, changed, params)
    changed = _in_time(account, changed, params, anew=anew)
    changed = canceling(changed, params, account.moment().now)
    account.store.put_beside(
        subscription, "pending_lines", {"data": [*subscription_life.pending_lines(account, subscription), *lines]}
    )
    if changed != subscription:
        account.apply(told(changed, "updated"), call.cause)
    if anew or (lines and params.get("proration_behavior") == "always_invoice"):
        subscription_life.bill_now(account, changed, "subscription_update", call, only_pending=not anew)
    return subscription_life.again(account, subscription)


def check_method(account: Account, customer: str, name: str | None) -> None:
    """Raise StripeError unless it is one of the customer's own, or none."""
    method = account.store.get("payment_method", name) if name else None
    if name and (method is None or method["customer"] != customer):
        raise invalid(
            f"The customer does not have a payment method with the ID {name[:255]}. The payment method must be "
            "attached to the customer.",
            "default_payment_method",
            "resource_missing",
        )


def _check_allowed(account: Account, subscription: Object, params: dict[str, Any]) -> None:
    status = subscription["status"]
    allowed = ALWAYS if status in ENDED else WHILE_INCOMPLETE if status == "incomplete" else tuple(params)
    refused = [name for name in params if name not in allowed]
    if refused:
        raise invalid(
            f"A subscription that is {status} can only update: {', '.join(allowed)}. Received {refused[0]}.", refused[0]
        )
    if "default_payment_method" in params:
        check_method(account, subscription["customer"], params["default_payment_method"])


def _described(subscription: Object, params: dict[str, Any]) -> Object:
    changed = {**subscription, **{name: params[name] for name in REPLACED if name in params}}
    changed["metadata"] = merged(subscription["metadata"], params)
    for name in ("cancellation_details", "payment_settings"):
        changed[name] = {**subscription[name], **params.get(name, {})}
    return changed


def _prorations(account: Account, before: Object, after: Object, params: dict[str, Any]) -> list[Object]:
    """Nothing while nothing is paid for."""
    if params.get("proration_behavior") == "none" or before["status"] not in ("active", "past_due"):
        return []
    if period_of(before)[1] <= account.moment().now:
        return []
    lines = subscription_items.prorations(account, before, after)
    return lines if not _other_interval(before, after) else [line for line in lines if line["amount"] < 0]


def _begins_anew(before: Object, after: Object, params: dict[str, Any]) -> bool:
    """Whether a new period begins now: at another interval, or because the trial is over."""
    ends_trial = before["status"] == "trialing" and params.get("trial_end") == "now"
    return ends_trial or (before["status"] != "trialing" and _other_interval(before, after))


def _other_interval(before: Object, after: Object) -> bool:
    old, new = (one["items"]["data"][0]["price"]["recurring"] for one in (before, after))
    return bool((old["interval"], old["interval_count"]) != (new["interval"], new["interval_count"]))


def _in_time(account: Account, changed: Object, params: dict[str, Any], *, anew: bool) -> Object:
    now, trial_end = account.moment().now, params.get("trial_end")
    if anew:
        ended = {"trial_end": now} if changed["status"] == "trialing" else {}
        status = "active" if changed["status"] == "trialing" else changed["status"]
        return in_period({**changed, **ended, "status": status, "billing_cycle_anchor": now}, now)
    if trial_end in (None, "now"):
        return changed
    if trial_end <= now:
        raise invalid("The `trial_end` must be in the future.", "trial_end")
    return in_period(
        {
            **changed,
            "billing_cycle_anchor": trial_end,
            "status": "trialing",
            "trial_end": trial_end,
            "trial_start": changed["trial_start"] or now,
        },
        period_of(changed)[0],
    )
