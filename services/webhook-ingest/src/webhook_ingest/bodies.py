"""Reads a request's body within a limit of bytes and of time."""

import asyncio
from collections.abc import Iterable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from tillstream_operations import Problem
from webhook_ingest.admission import Seat

MOST_DISCARDED: Final = 8 * 1024 * 1024
DIGITS: Final = 20
"""Of a declared length; a number that has more is beyond every limit with these alone, and `int` refuses thousands."""


async def read_body(receive: Receive, seat: Seat, *, declared: int, limit: int, within: float) -> bytes:
    """The body. Raises Problem 413 or 408, Full when there is no room for it, ClientDisconnect when nobody waits."""
    try:
        async with asyncio.timeout(within):
            if declared > limit:
                await _discard(receive, declared)
                raise _too_large(limit)
            return await _read(receive, seat, limit)
    except TimeoutError:
        raise Problem(408, "body_too_slow", f"Send the whole body within {within:g} s.", headers=_CLOSE) from None


def declared_length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """What `Content-Length` says, 0 where it says nothing sensible; the server counts for itself in any case."""
    for name, value in headers:
        if name == b"content-length":
            return int(value.lstrip(b"0")[:DIGITS] or b"0") if value.isdigit() else 0
    return 0


async def _read(receive: Receive, seat: Seat, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        chunk, more = await _next(receive)
        size += len(chunk)
        if size > limit:
            if more:
                await _discard(receive, size)
            raise _too_large(limit)
        seat.take(len(chunk))
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _discard(receive: Receive, size: int) -> None:
    """Let a sender finish, so that it reads the answer instead of a broken connection; not one without any measure."""
    more = size <= MOST_DISCARDED
    discarded = 0
    while more and discarded <= MOST_DISCARDED:
        chunk, more = await _next(receive)
        discarded += len(chunk)


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


_CLOSE: Final = {"connection": "close"}


def _too_large(limit: int) -> Problem:
    return Problem(413, "body_too_large", f"Stripe's events are smaller than {limit} bytes.", headers=_CLOSE)
