"""What happens by itself when its time has come: on the wall's clock by the sweep, on a test clock by its advance."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from stripe_sim.account import Account
from stripe_sim.billing import billing, invoice_object, subscription_life, subscription_object
from stripe_sim.billing.calendar_months import DAY
from stripe_sim.objects import Object

WARNS_BEFORE = 3 * DAY
"""`trial_will_end` comes three days before the end, or at once for a shorter trial."""
MOST_STEPS = 10_000


@dataclass(frozen=True, order=True)
class _Due:
    """Something of an object that is due; what is first here happens first at the same time."""

    at: int
    rank: int
    name: str


RETRY, FINALIZE, WARN, EXPIRE, CANCEL, RENEW = range(6)


def happening(account: Account, clock: str | None, until: int) -> Iterator[int]:
    """Do all that is due by then, the earliest first. Yields the time of each thing just before it happens."""
    waiting, last, steps = list(_all_due(account, clock, until)), None, 0
    heapify(waiting)
    while waiting:
        first = heappop(waiting)
        if first not in _due_of(account, first.name, until):
            continue  # something that happened before has made it void
        if first == last or steps == MOST_STEPS:
            raise RuntimeError(f"{first} does not come to an end")
        yield first.at
        _do(account, first)
        for name in _touched(account, first.name):
            for due in _due_of(account, name, until):
                heappush(waiting, due)
        last, steps = first, steps + 1


def sweep(account: Account) -> None:
    """Let happen what is due by the wall's clock."""
    for _ in happening(account, None, int(account.clock())):
        pass


def forget(account: Account, clock: str) -> None:
    """A test clock is gone: so are its customers, and what they had goes on no more."""
    for customer in list(account.store.oldest_first("customer")):
        if customer.get("test_clock") == clock:
            account.store.remove("customer", customer["id"])
    for subscription in list(account.store.oldest_first(subscription_object.KIND)):
        if subscription["test_clock"] == clock and subscription["ended_at"] is None:
            subscription_life.end(account, subscription)


def _all_due(account: Account, clock: str | None, until: int) -> Iterator[_Due]:
    for kind in (subscription_object.KIND, invoice_object.KIND):
        for thing in account.store.oldest_first(kind):
            if thing["test_clock"] == clock:
                yield from _due_of(account, thing["id"], until)


def _due_of(account: Account, name: str, until: int) -> list[_Due]:
    """What is due of a subscription or an invoice by then."""
    if (subscription := account.store.get(subscription_object.KIND, name)) is not None:
        found = _of_subscription(subscription, warned=_warned(account, subscription))
    elif (invoice := account.store.get(invoice_object.KIND, name)) is not None:
        found = _of_invoice(invoice)
    else:
        return []
    return [due for due in found if due.at <= until]


def _touched(account: Account, name: str) -> set[str]:
    """What else can be due because something of this object happened: its subscription, and that one's new invoice."""
    invoice = account.store.get(invoice_object.KIND, name)
    owner = invoice_object.subscription_of(invoice) if invoice else name
    subscription = account.store.get(subscription_object.KIND, owner)
    return {name, owner} | ({subscription["latest_invoice"]} if subscription else set())


def _warned(account: Account, subscription: Object) -> bool:
    """Whether it was told that this trial ends; a longer one is told of anew."""
    if not account.store.has_beside(subscription, "warned"):
        return False
    return bool(account.store.beside(subscription, "warned")["trial_end"] == subscription["trial_end"])


def _of_subscription(subscription: Object, *, warned: bool) -> Iterator[_Due]:
    name, status = subscription["id"], subscription["status"]
    if status in (*subscription_object.ENDED, "paused"):
        return
    if status == "incomplete":
        yield _Due(subscription["created"] + subscription_object.EXPIRES_AFTER, EXPIRE, name)
        return
    if status == "trialing" and not warned:
        yield _Due(subscription["trial_end"] - WARNS_BEFORE, WARN, name)
    if subscription["cancel_at"]:
        yield _Due(subscription["cancel_at"], CANCEL, name)
    yield _Due(subscription_object.period_of(subscription)[1], RENEW, name)


def _of_invoice(invoice: Object) -> Iterator[_Due]:
    if invoice["status"] == "draft" and invoice["automatically_finalizes_at"]:
        yield _Due(invoice["automatically_finalizes_at"], FINALIZE, invoice["id"])
    if invoice["status"] == "open" and invoice["next_payment_attempt"]:
        yield _Due(invoice["next_payment_attempt"], RETRY, invoice["id"])


def _do(account: Account, due: _Due) -> None:
    thing = account.store.find(due.name)
    if thing is not None:
        with account.time_of(thing):
            _WORK[due.rank](account, thing)


def finalize_and_collect(account: Account, invoice: Object) -> Object:
    """The draft's time is over: it is finalized, and what is owed is collected."""
    invoice = billing.finalize(account, invoice)
    return billing.try_to_collect(account, invoice) if invoice["status"] == "open" else invoice


_WORK: dict[int, Callable[[Account, Object], object]] = {
    RETRY: billing.try_to_collect,
    FINALIZE: finalize_and_collect,
    WARN: subscription_life.warn,
    EXPIRE: subscription_life.expire,
    CANCEL: subscription_life.end,
    RENEW: subscription_life.renew,
}
