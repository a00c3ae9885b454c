"""What a bank, a buyer or time does to an object without any call of the API: one table.

A row is (the object's kind, the action's name): when it can be done, what it does, and the words on its button.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from stripe_sim.account import Account
from stripe_sim.billing import billing_actions, test_clocks
from stripe_sim.billing.calendar_months import DAY
from stripe_sim.checkout import checkout_modes, checkout_sessions
from stripe_sim.customers import saved_payment_methods, setting_up
from stripe_sim.events import subscribers
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import charges, paying, payment_intents
from stripe_sim.payments.test_cards import GENERIC, SUCCEEDS, Disputed
from stripe_sim.reversals import disputes, disputing, early_fraud_warnings, refunds


@dataclass(frozen=True)
class Action:
    """One row. `work` may raise StripeError; what the object became is read from the account afterwards."""

    says: str
    possible: Callable[[Account, Object], bool]
    work: Callable[[Account, Object], object]


def _in(*statuses: str) -> Callable[[Account, Object], bool]:
    return lambda _, thing: thing["status"] in statuses


def _is_inquiry(_: Account, dispute: Object) -> bool:
    return disputing.is_inquiry(dispute) and dispute["status"] in disputes.OPEN


def _refundable(account: Account, thing: Object) -> bool:
    charge = charges.behind(account, thing)
    return charge is not None and refunds.refundable(account, charge)


def _refund(account: Account, thing: Object) -> None:
    name = "charge" if thing["object"] == "charge" else "payment_intent"
    refunds.create(account, Call({name: thing["id"]}))


def _heard(account: Account, event: Object) -> bool:
    return bool(subscribers.of(account, event["type"]))


def _twice(account: Account, event: Object) -> None:
    account.tell(event)
    account.tell(event)


def _passes(says: str, seconds: int) -> Action:
    return Action(says, _in("ready"), partial(test_clocks.pass_time, seconds))


def _pays(says: str, card: str) -> Action:
    return Action(says, _in("open"), lambda account, session: checkout_modes.complete(account, session, card))


_PASSES, _FAILS = "The buyer passes the challenge", "The buyer fails the challenge"
_DISPUTE = Action(
    "The buyer disputes it",
    disputes.disputable,
    lambda account, thing: disputes.complain(account, thing, Disputed("fraudulent")),
)
_INQUIRE = Action(
    "The buyer's bank asks",
    disputes.disputable,
    lambda account, thing: disputes.complain(account, thing, Disputed("fraudulent", inquiry=True)),
)
_WARN = Action("The card's issuer warns of fraud", disputes.disputable, early_fraud_warnings.warn)
_REFUND = Action("The shop refunds it in the dashboard", _refundable, _refund)

ACTIONS: dict[tuple[str, str], Action] = {
    ("payment_intent", "dispute"): _DISPUTE,
    ("payment_intent", "inquire"): _INQUIRE,
    ("payment_intent", "warn"): _WARN,
    ("payment_intent", "refund"): _REFUND,
    ("payment_intent", "succeed"): Action(
        "The bank pays", _in("processing"), lambda account, intent: paying.settle(account, intent, SUCCEEDS)
    ),
    ("payment_intent", "fail"): Action(
        "The bank refuses", _in("processing"), lambda account, intent: paying.settle(account, intent, GENERIC)
    ),
    ("payment_intent", "expire"): Action(
        "The bank holds the money no longer", _in("requires_capture"), payment_intents.expire
    ),
    ("payment_intent", "authenticate"): Action(
        _PASSES,
        _in("requires_action"),
        lambda account, intent: paying.authenticate(account, intent, passed=True),
    ),
    ("payment_intent", "deny"): Action(
        _FAILS,
        _in("requires_action"),
        lambda account, intent: paying.authenticate(account, intent, passed=False),
    ),
    ("setup_intent", "authenticate"): Action(
        _PASSES,
        _in("requires_action"),
        lambda account, intent: setting_up.authenticate(account, intent, passed=True),
    ),
    ("setup_intent", "deny"): Action(
        _FAILS,
        _in("requires_action"),
        lambda account, intent: setting_up.authenticate(account, intent, passed=False),
    ),
    ("payment_method", "replace"): Action(
        "The network replaces the card", saved_payment_methods.replaceable, saved_payment_methods.replace_card
    ),
    ("charge", "dispute"): _DISPUTE,
    ("charge", "inquire"): _INQUIRE,
    ("charge", "warn"): _WARN,
    ("charge", "refund"): _REFUND,
    ("refund", "succeed"): Action("The buyer's bank takes the money", _in("pending"), refunds.succeed),
    ("refund", "fail"): Action("The buyer's bank sends it back", refunds.can_fail, refunds.fail),
    ("refund", "cancel"): Action("The shop cancels it in the dashboard", _in("pending"), refunds.take_back),
    ("dispute", "win"): Action("The bank finds for the shop", _in(*disputes.OPEN), disputes.win),
    ("dispute", "lose"): Action("The bank finds for the buyer", _in(*disputes.OPEN), disputes.lose),
    ("dispute", "escalate"): Action("The bank takes the money", _is_inquiry, disputes.escalate),
    ("checkout.session", "expire"): Action(
        "Its time is over",
        _in("open"),
        lambda account, session: checkout_sessions.expire(account, Call({}, {"id": session["id"]})),
    ),
    ("checkout.session", "pay"): _pays("The buyer pays", "pm_card_visa"),
    ("checkout.session", "pay_later"): _pays("The buyer pays, and the bank takes a while", "pm_card_simProcessing"),
    ("checkout.session", "pay_in_vain"): _pays(
        "The same, and the bank refuses in the end", "pm_card_simProcessingFails"
    ),
    ("subscription", "renew"): Action("The period is over", _in(*billing_actions.BILLED), billing_actions.renew),
    ("subscription", "fail_renewal"): Action(
        "The period is over, and the bank refuses", _in(*billing_actions.BILLED), billing_actions.fail_renewal
    ),
    ("subscription", "end_trial"): Action("The trial is over", _in("trialing"), billing_actions.end_trial),
    ("invoice", "fail"): Action("The bank refuses", billing_actions.collectable, billing_actions.fail),
    ("invoice", "fail_finalization"): Action("It cannot be finalized", _in("draft"), billing_actions.fail_finalization),
    (test_clocks.KIND, "advance_day"): _passes("A day passes", DAY),
    (test_clocks.KIND, "advance_week"): _passes("A week passes", 7 * DAY),
    (test_clocks.KIND, "advance_month"): _passes("A month passes", 31 * DAY),
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
