"""Has a stage swept up after it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.stage import sweeper


@contextmanager
def swept(folder: Path, sockets: Path) -> Iterator[None]:
    """Nothing of the stage is left when this is left, nor when this process is killed."""
    command = [sys.executable, sweeper.__file__, str(folder), str(sockets)]
    waiting = subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/", start_new_session=True)  # noqa: S603 - ours
    try:
        yield
    finally:
        waiting.communicate()
