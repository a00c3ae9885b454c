"""What a bank, a buyer or time does to an object without any call of the API: one table.

A row is (the object's kind, the action's name): when it can be done, what it does, and the words on its button.
"""

from collections.abc import Callable
from dataclasses import dataclass

from stripe_sim import checkout_sessions, paying
from stripe_sim.account import Account
from stripe_sim.objects import Object
from stripe_sim.operations import Call
from stripe_sim.test_cards import GENERIC, SUCCEEDS


@dataclass(frozen=True)
class Action:
    """One row. `work` may raise StripeError; what the object became is read from the account afterwards."""

    says: str
    possible: Callable[[Account, Object], bool]
    work: Callable[[Account, Object], object]


def _in(*statuses: str) -> Callable[[Account, Object], bool]:
    return lambda _, thing: thing["status"] in statuses


def _heard(account: Account, event: Object) -> bool:
    return bool(account.subscribers(event["type"]))


def _twice(account: Account, event: Object) -> None:
    account.tell(event)
    account.tell(event)


ACTIONS: dict[tuple[str, str], Action] = {
    ("payment_intent", "succeed"): Action(
        "The bank pays", _in("processing"), lambda account, intent: paying.settle(account, intent, SUCCEEDS)
    ),
    ("payment_intent", "fail"): Action(
        "The bank refuses", _in("processing"), lambda account, intent: paying.settle(account, intent, GENERIC)
    ),
    ("checkout.session", "expire"): Action(
        "Its time is over",
        _in("open"),
        lambda account, session: checkout_sessions.expire(account, Call({}, {"id": session["id"]})),
    ),
    ("event", "resend"): Action("Deliver it again", _heard, lambda account, event: account.tell(event)),
    ("event", "duplicate"): Action("Deliver it twice at once", _heard, _twice),
}


def possible(account: Account, thing: Object) -> dict[str, Action]:
    """What can be done to the object now, by name."""
    return {
        name: action
        for (kind, name), action in ACTIONS.items()
        if kind == thing["object"] and action.possible(account, thing)
    }
