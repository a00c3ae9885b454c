"""The tries at one payment that Stripe told of within one second, and how the payment stands after them.

Seconds are all that Stripe's clock has, yet a buyer who tries again at once shall see the right status. An attempt is
known by its payment method and its charge: `pm_1 ch_2` made the charge ch_2; `pm_1 >ch_1` began after ch_1 had been
declined, and has no charge yet.
"""

from collections.abc import Mapping

from order_service.statuses import PAYMENT, PaymentStatus

AFTER = ">"

Attempts = Mapping[str, PaymentStatus]


def attempt(method: str, charge: str, status: PaymentStatus, *, charged: bool = True) -> str:
    """Names an attempt. Who has to act first has no charge yet, nor has who failed at that (`charged` is false)."""
    if charge and not (charged and status is not PaymentStatus.REQUIRES_ACTION):
        charge = AFTER + charge
    return f"{method} {charge}".rstrip()


def standing(attempts: Attempts) -> PaymentStatus:
    """How the payment stands: an attempt under way beats one that failed."""
    if len(attempts) == 1:
        return next(iter(attempts.values()))
    open_ones = [
        status
        for name, status in attempts.items()
        if not _charged_since(name, attempts) and not _given_up(name, attempts)
    ]
    return max(open_ones, key=lambda status: PAYMENT[status].among_attempts)


def join(a: Attempts, b: Attempts) -> Attempts:
    """All attempts of both, each with its furthest status."""
    if a == b:
        return a
    furthest = dict(a)
    for name, status in b.items():
        furthest[name] = max(furthest.get(name, status), status, key=lambda known: PAYMENT[known].in_attempt)
    return furthest


def _charged_since(name: str, attempts: Attempts) -> bool:
    """Whether an attempt that waited for its charge got one: another with the same payment method knows the charge."""
    status, (method, _, charge) = attempts[name], name.partition(" ")
    if status is not PaymentStatus.REQUIRES_ACTION and (charge or status is not PaymentStatus.PROCESSING):
        return False
    before = charge.removeprefix(AFTER)
    others = [other.partition(" ") for other, told in attempts.items() if told is not PaymentStatus.REQUIRES_ACTION]
    return any(of == method and known not in ("", before, charge) for of, _, known in others)


def _given_up(name: str, attempts: Attempts) -> bool:
    """Whether a buyer who had to act took another card instead, which was declined: nothing began after that charge."""
    before = name.partition(f" {AFTER}")[2]
    declined = {_charge(other) for other, told in attempts.items() if told is PaymentStatus.FAILED} - {""}
    return attempts[name] is PaymentStatus.REQUIRES_ACTION and bool(declined) and before not in declined


def _charge(name: str) -> str:
    """The charge that an attempt made, if it did."""
    charge = name.partition(" ")[2]
    return "" if charge.startswith(AFTER) else charge
