"""A request's line and headers, where nothing about them is out of the ordinary.

What is read here is a small part of what HTTP allows (RFC 9112), and means the same to every reader: each header once
and on one line, a body with a length, nothing that asks for another way to speak. All else is left to uvicorn's parser.
"""

import re
from typing import Final, NamedTuple

MAX_BYTES: Final = 8 * 1024
END: Final = b"\r\n\r\n"
_LINES: Final = re.compile(
    rb"POST (/[!-~]*) HTTP/1\.1\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n)+)\r\n"
)
_LENGTH: Final = re.compile(rb"[0-9]{1,7}")
_OUT_OF_THE_ORDINARY: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade"})


class Head(NamedTuple):
    """What a POST says of itself."""

    path: str
    signature: bytes
    """The `Stripe-Signature` header."""
    size: int
    """The head's bytes, with the empty line."""
    length: int
    """The body's bytes."""


def read(data: bytes) -> Head | None:
    """The head with which `data` begins; nothing where it is not whole or not ordinary."""
    found = _LINES.match(data, 0, MAX_BYTES)
    if found is None:
        return None
    lines = found[2].split(b"\r\n")[:-1]
    headers = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}
    if len(headers) < len(lines) or not headers.keys().isdisjoint(_OUT_OF_THE_ORDINARY):
        return None
    length = _LENGTH.fullmatch(headers.get(b"content-length", b"").strip())
    signature = headers.get(b"stripe-signature", b"").strip()
    stays = headers.get(b"connection", b"keep-alive").strip().lower() == b"keep-alive"
    if length is None or not signature or not stays:
        return None
    return Head(found[1].decode("ascii"), signature, found.end(), int(length[0]))


def may_come(data: bytes) -> bool:
    """Whether the rest of a head may still be on its way."""
    return len(data) < MAX_BYTES and END not in data
