"""Where a page of orders or subscriptions ended: opaque to callers, and stable, for what it names never changes."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tillstream_operations import Problem

LONGEST = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last of a page."""

    created_at: datetime
    last_id: str

    def encode(self) -> str:
        """As callers get it."""
        microseconds = (self.created_at - _EPOCH) // _MICROSECOND
        return base64.urlsafe_b64encode(f"{microseconds}.{self.last_id}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """As callers give it back. Raises a 422 problem."""
        try:
            padded = text.encode() + b"=" * (-len(text) % 4)
            microseconds, last_id = base64.urlsafe_b64decode(padded).decode().split(".", 1)
            return cls(_EPOCH + int(microseconds) * _MICROSECOND, last_id.replace("\x00", ""))
        except (binascii.Error, ValueError, OverflowError) as error:
            wrong = {"field": "cursor", "message": "is not a cursor"}
            raise Problem(
                422, "invalid_cursor", "Send `next_cursor` of the page before, or leave it out.", errors=[wrong]
            ) from error
