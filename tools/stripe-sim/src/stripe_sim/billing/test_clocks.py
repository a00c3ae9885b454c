"""Test clocks: time that stands still for some customers until it is advanced.

Source: Stripe documentation, "Test clocks". Advancing happens step by step, in `due.py`.
"""

import logging
from functools import partial

from stripe_sim.account import Account
from stripe_sim.billing import due
from stripe_sim.billing.calendar_months import boundary
from stripe_sim.changes import Change, Later
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.http.parameters import EXPAND, LIST, Integer, Shape, Text
from stripe_sim.objects import Object

log = logging.getLogger(__name__)
KIND = "test_helpers.test_clock"
LATEST = 4_102_444_800
"""The year 2100."""
DELETED_AFTER = 30 * 86_400
MOST_INTERVALS = 2
CREATE = Shape(
    {"customer": Text(), "frozen_time": Integer(minimum=1, maximum=LATEST), "name": Text(300), "expand": EXPAND},
    required=("frozen_time",),
)
ADVANCE = Shape({"frozen_time": Integer(minimum=1, maximum=LATEST), "expand": EXPAND}, required=("frozen_time",))


def create(account: Account, call: Call) -> Object:
    """A new clock that stands at `frozen_time`."""
    moment = account.moment()
    clock = {
        "id": moment.names.id("clock"),
        "object": KIND,
        "created": moment.now,
        "deletes_after": moment.now + DELETED_AFTER,
        "frozen_time": call.params["frozen_time"],
        "livemode": False,
        "name": call.params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    account.apply(_told(clock, "created"), call.cause)
    return clock


def retrieve(account: Account, call: Call) -> Object:
    """One clock."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The clocks, newest first."""
    return page(account.store, KIND, call.params, "/v1/test_helpers/test_clocks")


def advance(account: Account, call: Call) -> Object:
    """Begin to move on; the clock is `ready` once all that became due has happened."""
    clock, to = _found(account, call), call.params["frozen_time"]
    if clock["status"] != "ready":
        raise StripeError(429, "Test clock advancement underway - cannot perform modifications.", code="rate_limit")
    if to <= clock["frozen_time"]:
        raise invalid("A test clock can only be advanced to a later time.", "frozen_time")
    _check_not_too_far(account, clock, to)
    clock = {**clock, "status": "advancing", "status_details": {"advancing": {"target_frozen_time": to}}}
    later = Later(0, partial(_arrive, clock["id"], to))
    account.apply(Change((clock,), (("test_helpers.test_clock.advancing", clock),), (later,)), call.cause)
    return clock


def pass_time(seconds: int, account: Account, clock: Object) -> None:
    """Advance the clock by so much."""
    advance(account, Call({"frozen_time": clock["frozen_time"] + seconds}, {"id": clock["id"]}))


def delete(account: Account, call: Call) -> Object:
    """The clock and its customers are gone, their subscriptions are canceled."""
    clock = _found(account, call)
    account.store.remove(KIND, clock["id"])
    due.forget(account, clock["id"])
    account.apply(Change(events=(("test_helpers.test_clock.deleted", clock),)), call.cause)
    return {"id": clock["id"], "object": KIND, "deleted": True}


def _arrive(name: str, to: int, account: Account) -> None:
    try:
        _move(account, name, to)
    except Exception:  # the edge: no caller waits any more, so the clock itself says that it failed
        log.exception("test_clock_failed clock=%s", name)
        clock = account.find(KIND, name, param="test_clock")
        account.apply(_told({**clock, "status": "internal_failure", "status_details": {}}, "internal_failure"))


def _move(account: Account, name: str, to: int) -> None:
    """All that is due by then happens in its order, each thing at its time."""
    for at in due.happening(account, name, to):
        clock = account.store.get(KIND, name)
        if clock is None:
            return
        account.store.put({**clock, "frozen_time": at})
    clock = account.store.get(KIND, name)
    if clock is not None:
        account.apply(_told({**clock, "frozen_time": to, "status": "ready", "status_details": {}}, "ready"))


def _check_not_too_far(account: Account, clock: Object, to: int) -> None:
    """Two intervals of the subscription that is billed most often."""
    intervals = [
        subscription["items"]["data"][0]["price"]["recurring"]
        for subscription in account.store.oldest_first("subscription")
        if subscription["test_clock"] == clock["id"] and subscription["ended_at"] is None
    ]
    now = clock["frozen_time"]
    limits = [boundary(now, one["interval"], one["interval_count"], MOST_INTERVALS) for one in intervals]
    if limits and to > min(limits):
        raise invalid(
            "You can only advance a test clock by at most two intervals at a time, based on the shortest subscription "
            f"interval on the test clock: {min(limits)} at the latest.",
            "frozen_time",
        )


def _told(clock: Object, what: str) -> Change:
    return Change((clock,), ((f"{KIND}.{what}", clock),))


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="test_clock")


OPERATIONS = (
    Operation("POST", "/v1/test_helpers/test_clocks", create, CREATE),
    Operation("GET", "/v1/test_helpers/test_clocks", listed, Shape(LIST)),
    Operation("GET", "/v1/test_helpers/test_clocks/{id}", retrieve, Shape({"expand": EXPAND})),
    Operation("POST", "/v1/test_helpers/test_clocks/{id}/advance", advance, ADVANCE),
    Operation("DELETE", "/v1/test_helpers/test_clocks/{id}", delete, Shape({})),
)
