"""A small disk in memory for PostgreSQL, which can be filled up without harm to the machine."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

MEGABYTES = 512
COMMAND_SECONDS = 10
PAGE = 4096


class Disk:
    """What is mounted at `folder`, where this machine lets us mount; else a plain folder, which cannot be filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        options = f"size={MEGABYTES}m,mode=0755"
        self.small = (
            sys.platform == "linux" and os.geteuid() == 0 and self._mount("-t", "tmpfs", "-o", options, "tmpfs")
        )

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """No byte more than is there now can be written to it; deleting does not help."""
        try:
            self._shrink()
            yield
        finally:
            self._mount("-o", f"remount,size={MEGABYTES}m")

    def _shrink(self) -> None:
        """A limit below what is used is refused, so another try follows when more was written meanwhile."""
        for _ in range(10):
            there = os.statvfs(self.folder)
            used = (there.f_blocks - there.f_bfree) * there.f_frsize
            if self._mount("-o", f"remount,size={used + PAGE}"):
                return
        raise OSError(f"{self.folder} could not be made smaller")

    def _mount(self, *options: str) -> bool:
        command = ["mount", *options, str(self.folder)]
        return not subprocess.run(command, capture_output=True, timeout=COMMAND_SECONDS, check=False).returncode  # noqa: S603


def unmount(folder: Path) -> None:
    """Give the disk back, with all that is on it."""
    while os.path.ismount(folder):
        subprocess.run(["umount", "--lazy", str(folder)], timeout=COMMAND_SECONDS, check=True)  # noqa: S603, S607
