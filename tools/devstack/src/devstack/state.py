"""Where everything that the house leaves behind is kept."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from devstack.trouble import Trouble

REPOSITORY = Path(__file__).resolve().parents[4]
LOWEST_FREE_BYTES = 1_500_000_000
"""What the first set-up and a day of demos take, with room to spare."""


def state_folder() -> Path:
    """`TILLSTREAM_STATE`, else `.state` at the root of the repository; made if missing."""
    folder = Path(os.environ.get("TILLSTREAM_STATE") or REPOSITORY / ".state").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"Cannot make the state folder {folder} ({error.strerror}): set TILLSTREAM_STATE to one you own."
        ) from error
    return folder


def runtime_folder(guest: str = "") -> Path:
    """A short path for sockets, whose names may not be longer than about 100 characters. May not be there yet.

    A `guest` has a folder beside the house's, which goes when the house goes down.
    """
    base = os.environ.get("XDG_RUNTIME_DIR") if os.geteuid() else None
    if not base or not os.access(base, os.W_OK):
        base = tempfile.gettempdir()
    name = hashlib.sha256(str(state_folder()).encode()).hexdigest()[:8]
    return Path(base, f"tillstream-{os.geteuid()}-{name}{guest and '-'}{guest}")


def make_runtime_folder(guest: str = "") -> Path:
    """The same, there and ours alone."""
    folder = runtime_folder(guest)
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Trouble(f"{folder} belongs to another user: remove it, or set TMPDIR to a folder of your own.")
    return folder


def ensure_disk_space() -> None:
    """Raises Trouble when too little is left to set up and run."""
    free = shutil.disk_usage(state_folder()).free
    if free < LOWEST_FREE_BYTES:
        raise Trouble(
            f"Only {free // 10**6} MB are free where {state_folder()} lies, "
            f"{LOWEST_FREE_BYTES // 10**6} MB are needed: make room, or set TILLSTREAM_STATE to another disk."
        )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file `path`; whoever else wants it waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        flock(file, LOCK_EX)
        yield
