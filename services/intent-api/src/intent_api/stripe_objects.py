"""Reading what the `stripe` library returns: its objects are no mappings, and a member may be an id or the whole."""

from typing import Protocol

from stripe import StripeObject


class _WithMetadata(Protocol):
    @property
    def metadata(self) -> StripeObject | dict[str, str] | None: ...


def metadata_of(thing: _WithMetadata) -> dict[str, str]:
    """An object's metadata as a plain dictionary."""
    told = getattr(thing, "metadata", None)  # a deleted object has none
    return dict(told.to_dict() if isinstance(told, StripeObject) else told or {})


def is_anothers(thing: _WithMetadata, merchant_id: str) -> bool:
    """Whether it says that it is another merchant's. What says nothing was not made by us, and is the account's."""
    return metadata_of(thing).get("merchant_id", merchant_id) != merchant_id


def id_of(told: object) -> str | None:
    """The id of what may be an id, the whole object, or nothing."""
    return told if isinstance(told, str) or told is None else str(getattr(told, "id", "")) or None
