"""From the wire and to the wire: what a client asks, and the frames that it gets. No I/O."""

from typing import NamedTuple

from pydantic import ValidationError

from notifier.refusals import Refused
from notifier.wire import PING, encoded
from tillstream_contracts.stream import Heartbeat, Subscribe


class Change(NamedTuple):
    """One version of what is watched, encoded once for all who watch it, down to the bytes on the wire."""

    version: int
    frame: bytes


def read_subscribe(message: str | bytes) -> Subscribe:
    """The client's one frame. Raises Refused: `bad_frame`."""
    if isinstance(message, bytes):
        raise Refused("bad_frame")
    try:
        return Subscribe.model_validate_json(message)
    except ValidationError as error:
        raise Refused("bad_frame") from error


def heartbeat(next_within_seconds: float) -> bytes:
    """The frame that tells a client when to expect the next one at the latest, after a ping that asks it the same."""
    return PING + encoded(Heartbeat(next_within_seconds=next_within_seconds))
