"""Frames as the bytes that go over the wire. No I/O.

A server masks nothing (RFC 6455 §5.1) and nothing is compressed, so the same bytes do for every socket.
"""

from typing import Final

from pydantic_core import to_json
from websockets.frames import Frame, Opcode

from tillstream_contracts.types import Frozen

PING: Final = Frame(Opcode.PING, b"").serialize(mask=False)


def encoded(frame: Frozen) -> bytes:
    """A text frame of this JSON, header and all."""
    return Frame(Opcode.TEXT, to_json(frame)).serialize(mask=False)
