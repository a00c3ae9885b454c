"""What the web page says of an object in a line: what it is about, how much, and how it stands. Pure."""

from typing import Any

from stripe_sim.http.money import CURRENCIES, written
from stripe_sim.objects import Object

_AMOUNTS = ("amount", "amount_total", "total", "unit_amount")
_WORDS = ("type", "email", "name", "url", "description", "reason", "number")
LONGEST = 120


def summary(thing: Object) -> Object:
    """One line of a list; an event's also names what it is about."""
    if thing["object"] == "event":
        about = thing["data"]["object"]
        return {**_line(thing), "amount": _amount(about), "about": about["id"]}
    return _line(thing)


def is_named(thing: Object, words: str) -> bool:
    """Whether the words are in its id, or in any of its texts or its metadata."""
    texts = (*thing.values(), *(thing.get("metadata") or {}).values())
    return any(words.lower() in text.lower() for text in texts if isinstance(text, str))


def is_about(event: Object, name: str) -> bool:
    """Whether the event tells of the object, or of something that names it."""
    return name in event["data"]["object"].values()


def _line(thing: Object) -> Object:
    return {
        "id": thing["id"],
        "kind": thing["object"],
        "created": _created(thing),
        "amount": _amount(thing),
        "says": _says(thing),
        "status": _status(thing),
    }


def _created(thing: Object) -> int | str | None:
    created: int | str | None = thing.get("created")
    return created


def _amount(thing: Object) -> str | None:
    currency = thing.get("currency")
    if currency not in CURRENCIES:
        return None
    return next((written(thing[name], currency) for name in _AMOUNTS if isinstance(thing.get(name), int)), None)


def _says(thing: Object) -> str:
    if thing["object"] == "payment_method":
        return _card(thing)
    found: list[Any] = [_endpoint_url(thing), *(thing.get(name) for name in _WORDS)]
    return next((text[:LONGEST] for text in found if isinstance(text, str) and text), "")


def _card(method: Object) -> str:
    card = method.get("card")
    return f"{card['brand']} •••• {card['last4']}" if card else str(method["type"])


def _endpoint_url(thing: Object) -> str | None:
    url: str | None = (thing.get("webhook_endpoint") or {}).get("url")
    return url


def _status(thing: Object) -> str | None:
    if thing.get("deleted"):
        return "deleted"
    status: str | None = thing.get("status")
    return status
