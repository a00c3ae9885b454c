"""An event of Stripe's that brings its object, opened, as the readers of each kind of object get it."""

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

from order_service.mention import Mention
from order_service.payment import NOBODY, Named, Namer
from order_service.stripe_values import Object, an_object, metadata, name, text
from order_service.told import BillingFact, Fact


class Happening(NamedTuple):
    """What happened, and the object it happened to, as it stood in the second `at`."""

    event_type: str
    thing: Object
    at: int
    order_id: str | None
    """The order that the object's metadata names."""
    api_version: str = ""
    """The version of Stripe's API that the object is written in; empty if the event does not say."""
    before: Object = MappingProxyType({})
    """What Stripe says has changed by it, as it was before."""
    event_id: str = ""


class Saying(NamedTuple):
    """What a reader makes of it: facts, and words for the timeline; of an event without facts, why it has none."""

    facts: tuple[Fact, ...] = ()
    words: str = ""
    billing: tuple[BillingFact, ...] = ()


Reader = Callable[[Happening], Saying]


def named(happening: Happening) -> Named:
    """Which order a payment belongs to, as something else about it says by its own metadata."""
    if happening.order_id is None:
        return NOBODY
    return Named(Namer.OTHER, happening.at, happening.order_id, merchant(happening))


def merchant(happening: Happening) -> str:
    """Whose order it is by the object's metadata; empty if that does not say."""
    return name(metadata(happening.thing, "merchant_id"))


def mention(happening: Happening, currency: str) -> tuple[Mention, ...]:
    """What the metadata tells of the order that it names, by the names that intent-api gives."""
    if happening.order_id is None:
        return ()
    told = an_object(happening.thing.get("metadata"))
    whose = name(told.get("merchant_id")), text(told.get("reference")), text(told.get("customer_id"))
    return (Mention(happening.order_id, happening.at, currency, *whose),)
