"""Runs one server for a parent process, and ends it when the parent is gone, however it went.

`python -m devstack.keeper PARENT_PID STOP_SIGNAL COMMAND…`
"""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

LOOK_SECONDS = 0.25
STOP_SECONDS = 15


def keep(
    command: list[str],
    *,
    log: Path,
    parent: int,
    stop: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` under a keeper that lives no longer than the process `parent`; in our environment unless told."""
    keeper = [sys.executable, "-m", "devstack.keeper", str(parent), str(int(stop)), *command]
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - only programs that this package names
            keeper, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd="/", env=environment
        )


def main(arguments: list[str]) -> int:
    """Keep the command; its exit code."""
    parent, stop, *command = arguments
    try:
        watched = psutil.Process(int(parent))
    except psutil.NoSuchProcess:
        return 1
    asked: list[int] = []
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda number, _: asked.append(number))
    server = subprocess.Popen(command)  # noqa: S603 - the command that the caller gave
    while server.poll() is None and not asked and watched.is_running():
        try:
            server.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    return _end(server, signal.Signals(int(stop)))


def _end(server: subprocess.Popen[bytes], stop: signal.Signals) -> int:
    if server.poll() is None:
        server.send_signal(signal.SIGCONT)
        server.send_signal(stop)
    try:
        return server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
