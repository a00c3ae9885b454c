"""Other programs, run to their end."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

Command = Sequence[str | Path]


def run(command: Command, *, seconds: float) -> subprocess.CompletedProcess[str]:
    """What the program said, and its exit code. Raises OSError or subprocess.TimeoutExpired."""
    return subprocess.run(  # noqa: S603 - only programs that this package names
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False, cwd="/"
    )


def run_into(
    log: Path, command: Command, *, seconds: float, folder: Path = Path("/"), more: Mapping[str, str] | None = None
) -> bool:
    """Whether the program ended well; all that it said is in `log`. `more` is added to the environment."""
    with log.open("w") as out:
        done = subprocess.run(  # noqa: S603 - only programs that this package names
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(more or {})},
            cwd=folder,
            timeout=seconds,
            check=False,
        )
    return done.returncode == 0
