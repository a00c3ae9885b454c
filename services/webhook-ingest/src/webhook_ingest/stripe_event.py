"""The little that must be known of Stripe's event to put it where it belongs. The rest stays as Stripe wrote it."""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from tillstream_contracts.stripe_keys import is_id, key_of

_LATEST: Final = 253_402_300_799  # the last second of the year 9999


class NotAnEvent(Exception):
    """The body is signed, but it is no event of Stripe's."""


class StripeEvent(NamedTuple):
    """An event's id, its type, when Stripe says it happened, and the Kafka key it goes under."""

    id: str
    type: str
    created: datetime
    key: str
    livemode: bool | None = None
    account: str | None = None
    """The connected account that it is about, or what else Stripe needs to be told to find its object."""


def read(body: bytes) -> StripeEvent:
    """The event in a body, snapshot or thin. Raises NotAnEvent."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotAnEvent("The body is not JSON.") from None
    if not isinstance(event, dict):
        raise NotAnEvent("The body is not a JSON object.")
    event_id = _name(event, "id")
    return StripeEvent(
        event_id, _name(event, "type"), _created(event), key_of(event, event_id), _livemode(event), _account(event)
    )


def _name(event: dict[str, Any], field: str) -> str:
    value = event.get(field)
    if not is_id(value):
        raise NotAnEvent(f"`{field}` is not a string of 1 to 255 printable ASCII characters.")
    return str(value)


def _livemode(event: dict[str, Any]) -> bool | None:
    value = event.get("livemode")
    return value if isinstance(value, bool) else None


def _account(event: dict[str, Any]) -> str | None:
    """A snapshot event of Connect has `account`, a thin one `context`; most have neither."""
    value = event.get("account") or event.get("context")
    return value if is_id(value) else None


def _created(event: dict[str, Any]) -> datetime:
    """A snapshot event has Unix seconds, a thin one ISO 8601."""
    value = event.get("created")
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LATEST:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError):
        pass
    raise NotAnEvent("`created` is not a time.")
