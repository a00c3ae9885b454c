"""The values in what Stripe sends, each checked before anybody believes it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from order_service.told import Unreadable

MAX_MINOR_UNITS: Final = 10**15
LAST_SECOND: Final = 253_402_300_799
"""The last of the year 9999, as in webhook-ingest."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""An order's or a merchant's, as the contracts have them."""
_TEXT = re.compile(r"[^\0]{1,200}", re.DOTALL)
"""A reference or a customer's id, as the contracts have them, without what PostgreSQL cannot keep."""
_CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)

Object = Mapping[str, Any]


def an_object(value: object) -> Object:
    """An object of Stripe's; empty for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """What is in a list, which Stripe may have written as an object with `data`; empty for anything else."""
    listed = value.get("data") if isinstance(value, dict) else value
    return listed if isinstance(listed, list) else []


def the_first(value: object) -> object:
    """The first in a list; None if it has none."""
    return next(iter(items(value)), None)


def an_id(value: object, what: str) -> str:
    """An id that has to be there. Raises Unreadable."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise Unreadable(f"{what[0].upper()}{what[1:]} is missing or malformed.")


def reference(value: object) -> str:
    """The id of another object, which Stripe may have expanded; empty if there is none."""
    return plain(value.get("id") if isinstance(value, dict) else value)


def plain(value: object) -> str:
    """A short word in printable ASCII; empty for anything else."""
    return _matching(_ID, value)


def name(value: object) -> str:
    """An order's or a merchant's id; empty for anything else."""
    return _matching(_NAME, value)


def text(value: object) -> str:
    """A short text; empty for anything else."""
    return _matching(_TEXT, value)


def metadata(thing: Object, key: str) -> object:
    """What the thing's metadata has under this key."""
    return an_object(thing.get("metadata")).get(key)


def amount(value: object, what: str) -> int:
    """Minor units. Raises Unreadable."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_MINOR_UNITS:
        return value
    raise Unreadable(f"Its {what} is no amount of money.")


def currency(value: object) -> str:
    """An ISO 4217 code in lower case. Raises Unreadable."""
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise Unreadable("Its currency is missing or malformed.")


def moment(value: object) -> datetime | None:
    """A snapshot event has Unix seconds, a thin one ISO 8601; None for anything else, and before 1970."""
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            read = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
            return read if read >= BEGINNING else None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LAST_SECOND:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError):
        pass
    return None


def second(value: object) -> int:
    """Unix seconds; 0 for anything that is no time."""
    read = moment(value)
    return int(read.timestamp()) if read else 0


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
