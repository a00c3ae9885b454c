"""The signing secrets of each endpoint: from the settings, and from a file that may change while the service runs."""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from webhook_ingest.endpoints import DEFAULT, Keys, keys_of, read_endpoints
from webhook_ingest.settings import Settings

LARGEST_FILE: Final = 64 * 1024
log = structlog.get_logger(__name__)


class Keyring:
    """Knows the secrets of every endpoint. What the file says of one replaces what the settings say of it.

    A file that cannot be read or understood changes nothing: the secrets known before stay good, and the log tells.
    """

    def __init__(self, settings: Settings) -> None:
        self._given = {
            DEFAULT: keys_of({DEFAULT: settings.stripe_webhook_secret})[DEFAULT],
            **keys_of(settings.endpoints),
        }
        self._file, self._every = settings.secrets_file, settings.secrets_every.total_seconds()
        self._text = self._problem = ""
        self.keys: Keys = self._given
        self.look()

    async def watch(self) -> None:
        """Look at the file again and again, until cancelled."""
        while self._file is not None:
            await asyncio.sleep(self._every)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Take over what the file says now, if it says something new."""
        if self._file is None:
            return
        try:
            text = _read(self._file)
            if text != self._text:
                self.keys = {**self._given, **keys_of(read_endpoints(text))}
                self._text = text
                log.info("secrets_taken_from_file", endpoints=sorted(self.keys))
            self._problem = ""
        except (OSError, ValueError) as error:
            self._tell(_words(error))

    def _tell(self, problem: str) -> None:
        """Once, not at each look."""
        if problem != self._problem:
            self._problem = problem
            log.error("secrets_file_not_taken", problem=problem)


def _read(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"the file has more than {LARGEST_FILE} bytes")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        raise ValueError("the file is not ASCII") from None


def _words(error: Exception) -> str:
    """A ValueError's are ours, and hold no secret."""
    return f"cannot be read: {type(error).__name__}" if isinstance(error, OSError) else str(error)
