"""Where a page of a list ended: opaque to callers, and stable, for what it names never changes."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import orjson

from tillstream_operations import Problem

LONGEST = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def fingerprint(filters: Mapping[str, object]) -> str:
    """Names what a list is filtered by, so that a cursor cannot go on with another list."""
    return blake2b(orjson.dumps(filters, option=orjson.OPT_SORT_KEYS), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last of a page."""

    created_at: datetime
    last_id: str

    def encode(self, filters: str) -> str:
        """As callers get it; `filters` is the list's fingerprint."""
        microseconds = (self.created_at - _EPOCH) // _MICROSECOND
        told = f"{microseconds}.{filters}.{self.last_id}"
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, filters: str) -> "Cursor":
        """As callers give it back. Raises a 422 problem, and a 400 one if it is another list's."""
        try:
            padded = text.encode() + b"=" * (-len(text) % 4)
            microseconds, listed, last_id = base64.urlsafe_b64decode(padded).decode().split(".", 2)
            cursor = cls(_EPOCH + int(microseconds) * _MICROSECOND, last_id.replace("\x00", ""))
        except (binascii.Error, ValueError, OverflowError) as error:
            wrong = {"field": "cursor", "message": "is not a cursor"}
            raise Problem(
                422, "invalid_cursor", "Send `next_cursor` of the page before, or leave it out.", errors=[wrong]
            ) from error
        if listed != filters:
            detail = "This cursor is of a list with other filters. Send those again, or begin without a cursor."
            raise Problem(400, "cursor_of_other_filters", detail)
        return cursor
