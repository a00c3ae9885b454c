"""Why notifier sends a client away: the `error` frame and the close code, in one table.

Codes in the 4000s are ours (RFC 6455 §7.4.2) and follow HTTP's: 4401 is 401. The registered ones mean what they
mean everywhere: 1012 service restart, 1013 try again later.
"""

from typing import Final, NamedTuple

from notifier.wire import encoded
from tillstream_contracts.stream import StreamError


class Refusal(NamedTuple):
    """How the connection is closed, and what the client should do."""

    close_code: int
    detail: str


REFUSALS: Final = {
    "bad_frame": Refusal(
        4400, 'Send one text frame, {"type":"subscribe","token":…}, and nothing after it; open a connection for each.'
    ),
    "token_expired": Refusal(4401, "Ask for a new stream token and subscribe again with `after_version`."),
    "token_invalid": Refusal(4403, "Take the token from intent-api's answer as it is; trying again does not help."),
    "subscribe_timeout": Refusal(4408, "Send the `subscribe` frame as soon as the connection is open."),
    "snapshot_unavailable": Refusal(1013, "What you watch cannot be read just now. Connect again after a while."),
}


class Refused(Exception):
    """This client is sent away; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def close_code(self) -> int:
        """The WebSocket close code."""
        return REFUSALS[self.code].close_code

    def frame(self) -> bytes:
        """The `error` frame that goes before the close."""
        return encoded(StreamError(code=self.code, detail=REFUSALS[self.code].detail))
