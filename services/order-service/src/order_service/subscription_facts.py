"""What Stripe's Subscriptions say, before and since Basil (2025-03-31), which moved the period to the items."""

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import orjson

from order_service.happening import Happening, Reader, Saying
from order_service.stripe_values import (
    LAST_SECOND,
    MAX_MINOR_UNITS,
    Object,
    an_object,
    currency,
    name,
    plain,
    reference,
    text,
)
from order_service.subscription import Item, Naming, Subscription, Telling, subscription_told
from order_service.subscription_statuses import SUBSCRIPTION
from order_service.told import Unreadable
from tillstream_contracts import SubscriptionStatus
from tillstream_contracts.stripe_products import sku_of

CREATED: Final = "customer.subscription.created"
DELETED: Final = "customer.subscription.deleted"
TRIAL_WILL_END: Final = "customer.subscription.trial_will_end"
TYPES: Final = (
    CREATED,
    "customer.subscription.updated",
    DELETED,
    "customer.subscription.paused",
    "customer.subscription.resumed",
    TRIAL_WILL_END,
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
)
STATES: Final[Mapping[str, SubscriptionStatus]] = MappingProxyType({one.value: one for one in SubscriptionStatus})
UNKNOWN_STATUS: Final = "Its status is none that is known here, and the last known one counts."
MOST_ITEMS: Final = 100
STRIPES_PREFIX: Final = "sub_"


def subscription_of(happening: Happening) -> Saying:
    """The subscription as it stood; what the event's type adds to that.

    Stripe may think of new statuses: of one that is not known here only whose it is counts, and the last known stays.
    """
    thing = happening.thing
    stripe_id = a_subscription_id(thing.get("id"))
    naming, status = naming_in(an_object(thing.get("metadata")), stripe_id, happening.at), _status(happening)
    if status is None:
        return Saying(billing=(Subscription(stripe_id, naming=naming),), words=UNKNOWN_STATUS)
    telling = _telling(happening, status)
    fact = subscription_told(
        stripe_id,
        telling,
        at=happening.at,
        naming=naming,
        trial_ending=telling.trial_end if happening.event_type == TRIAL_WILL_END else 0,
    )
    return Saying(billing=(fact,))


def a_subscription_id(value: object) -> str:
    """Stripe's id of a subscription, which can be no name of ours. Raises Unreadable."""
    if (stripe_id := name(value)).startswith(STRIPES_PREFIX):
        return stripe_id
    raise Unreadable("The subscription's id is missing or malformed.")


def naming_in(metadata: Object, stripe_id: str, at: int) -> Naming:
    """Whose the subscription is by its metadata; another subscription's id of Stripe's can be no name of ours."""
    ours = name(metadata.get("subscription_id"))
    if ours.startswith(STRIPES_PREFIX) and ours != stripe_id:
        ours = ""
    return Naming(not ours, at, ours, name(metadata.get("merchant_id")), text(metadata.get("customer_id")))


def _telling(happening: Happening, status: SubscriptionStatus) -> Telling:
    thing, created = happening.thing, happening.event_type == CREATED
    items = _listed(thing.get("items"))
    return Telling(
        later_than_creation=not created,
        rank=SUBSCRIPTION[status].in_second,
        status=status,
        period_end=_period_end(thing, items),
        ends_with_period=thing.get("cancel_at_period_end") is True,
        trial_end=a_second(thing.get("trial_end")),
        currency=currency(thing["currency"]) if thing.get("currency") else "",
        customer=reference(thing.get("customer")),
        items=tuple(_item(item) for item in items),
        update_pending=bool(thing.get("pending_update")),
        state=_state(thing),
        came_from="" if created else _state(_overlaid(thing, happening.before)),
        event_id=happening.event_id,
    )


def _state(thing: Object) -> str:
    """A short name of the state that an object is in. Raises Unreadable."""
    try:
        return blake2b(orjson.dumps(_without_nulls(thing), option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
    except orjson.JSONEncodeError as error:
        raise Unreadable("It is nested too deeply.") from error


def _without_nulls(thing: Object) -> Object:
    """Absent and null are one: a key that is new in the metadata is null in `previous_attributes`."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in thing.items()
        if value is not None
    }


def _overlaid(thing: Object, before: Object) -> Object:
    """The object as it was: what Stripe says has changed in place of what is there now, at any depth."""
    both = {name: (thing.get(name), was) for name, was in before.items()}
    changed = {
        name: _overlaid(now, was) if isinstance(now, dict) and isinstance(was, dict) else was
        for name, (now, was) in both.items()
    }
    return {**thing, **changed}


def _status(happening: Happening) -> SubscriptionStatus | None:
    """As it says itself, but deleted is ended; None for a status that is not known here."""
    status = STATES.get(plain(happening.thing.get("status")))
    ended = happening.event_type == DELETED and not (status and SUBSCRIPTION[status].final)
    return SubscriptionStatus.CANCELED if ended else status


def _period_end(thing: Object, items: list[Object]) -> int:
    """On the subscription before Basil, on each item since; of several the earliest, when next something happens."""
    ends = [end for item in items if (end := a_second(item.get("current_period_end")))]
    return a_second(thing.get("current_period_end")) or min(ends, default=0)


def _listed(value: object) -> list[Object]:
    """What a list of Stripe's holds."""
    data = an_object(value).get("data")
    return [an_object(one) for one in data[:MOST_ITEMS]] if isinstance(data, list) else []


def _item(item: Object) -> Item:
    price = an_object(item.get("price")) or an_object(item.get("plan"))
    every = an_object(price.get("recurring")) or price
    return Item(
        price_id=plain(price.get("id")),
        sku=_sku(item, price),
        quantity=_count(item.get("quantity"), most=10**9),
        unit_amount=_count(price.get("unit_amount", price.get("amount")), most=MAX_MINOR_UNITS, otherwise=-1),
        interval=plain(every.get("interval"))[:16],
        interval_count=_count(every.get("interval_count"), most=10_000) or 1,
    )


def _sku(item: Object, price: Object) -> str:
    """Which product of the catalogue it is, by the item's, the price's or the product's metadata, or its id."""
    product = price.get("product")
    told = (name(an_object(thing.get("metadata")).get("sku")) for thing in (item, price, an_object(product)))
    return next((sku for sku in told if sku), "") or sku_of(reference(product)) or ""


def _count(value: Any, *, most: int, otherwise: int = 0) -> int:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return value if fits else otherwise


def a_second(value: object) -> int:
    """A moment in Unix seconds; 0 for anything else."""
    return _count(value, most=LAST_SECOND)


READERS: Final[Mapping[str, Reader]] = MappingProxyType(dict.fromkeys(TYPES, subscription_of))
