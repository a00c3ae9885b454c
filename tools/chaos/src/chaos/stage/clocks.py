"""Clocks of single processes, moved by libfaketime while they run; timers and timeouts go on as they should.

Source: libfaketime's README, on FAKETIME_TIMESTAMP_FILE, FAKETIME_CACHE_DURATION and FAKETIME_DONT_FAKE_MONOTONIC.
"""

import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from devstack.state import REPOSITORY

INSTALL_SECONDS = 300
PLACES = "lib/*/faketime/libfaketimeMT.so.1"
LOOK_SECONDS = 1
"""How soon a process notices."""


class Clocks:
    """One file for each process says how far its clock is off."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = _library()

    @property
    def movable(self) -> bool:
        """Whether this machine has what it takes."""
        return self._library is not None

    def environment(self, name: str) -> Mapping[str, str]:
        """Settings with which the process `name` looks at its file."""
        if self._library is None:
            return {}
        self._set(name, 0)
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file(name)),
            "FAKETIME_CACHE_DURATION": str(LOOK_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",  # else a killed process leaves shared memory behind
        }

    @asynccontextmanager
    async def moved(self, name: str, seconds: int) -> AsyncIterator[None]:
        """The clock of the process `name` is so far ahead, or behind where negative."""
        self._set(name, seconds)
        try:
            yield
        finally:
            self._set(name, 0)

    def _set(self, name: str, seconds: int) -> None:
        file = self._file(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        arriving = file.with_suffix(".arriving")
        arriving.write_text(f"{seconds:+d}\n")
        arriving.replace(file)

    def _file(self, name: str) -> Path:
        return self._folder / "clocks" / name


def _library() -> Path | None:
    if not _installed():
        subprocess.run([REPOSITORY / "scripts" / "libfaketime"], timeout=INSTALL_SECONDS, check=False)  # noqa: S603 - ours
    return next(iter(_installed()), None)


def _installed() -> list[Path]:
    return sorted(Path("/usr").glob(PLACES))
